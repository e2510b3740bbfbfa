// The key by which limits count an address: what one client can vary at will is no part of it.
import { expect, it } from "vitest"
import { networkOf } from "./client-address.ts"

it.each([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["::FFFF:192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:DB8:0001:2::9", "2001:db8:1:2::/64"],
  ["2001:db8::9", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["::", "0:0:0:0::/64"],
  ["1::", "1:0:0:0::/64"],
  ["1:2:3:4:5:6:7::", "1:2:3:4::/64"],
  ["64:ff9b::192.0.2.7", "64:ff9b:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["", ""],
  ["unix socket", "unix socket"],
])("counts %s as %s", (address, network) => {
  expect(networkOf(address)).toBe(network)
})

it("keeps no long text, and distinguishes two of them", () => {
  const long = "x".repeat(10_000)
  expect(networkOf(long).length).toBeLessThan(64)
  expect(networkOf(long)).not.toBe(networkOf(`${long}y`))
})
