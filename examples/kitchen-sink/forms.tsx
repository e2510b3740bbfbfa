// A form with every control: what it sends becomes an Event, what is refused comes back to its field.
import { action, call, Entity, live } from "nitro-ts"
import {
  Button,
  Checkbox,
  Combobox,
  DateField,
  Dropzone,
  FormActions,
  FormRow,
  FormSection,
  Input,
  RadioGroup,
  Select,
  Slider,
  Switch,
  Textarea,
} from "nitro-ts/components"
import { z } from "zod"
import { Section } from "./section.tsx"

export class Booking extends Entity("Booking", {
  title: z.string().trim().min(3, "At least three characters."),
  email: z.email("This is no e-mail address."),
  notes: z.string().max(500).default(""),
  city: z.string().min(1, "Where is it?"),
  country: z.string().min(1, "Choose a country."),
  starts: z.date({ error: "When does it start?" }),
  size: z.enum(["small", "medium", "large"], { error: "Choose a size." }),
  guests: z.number().int().min(1).max(50),
  budget: z.number().positive("More than nothing.").nullable().default(null),
  isPublic: z.boolean().default(false),
  agreed: z.boolean().refine(agreed => agreed, "You have to agree."),
}) {}

const cities = [
  "Amsterdam",
  "Berlin",
  "Copenhagen",
  "Kraków",
  "Köln",
  "Lisbon",
  "New York City",
  "San Francisco",
  "São Paulo",
  "Zürich",
]
const countries = [
  {
    label: "Europe",
    options: [
      { value: "DE", label: "Germany" },
      { value: "PT", label: "Portugal" },
      { value: "CH", label: "Switzerland" },
    ],
  },
  {
    label: "America",
    options: [
      { value: "BR", label: "Brazil" },
      { value: "US", label: "United States" },
    ],
  },
]
const sizes = [
  { value: "small", label: "Small", help: "Up to 10 guests" },
  { value: "medium", label: "Medium", help: "Up to 30 guests" },
  { value: "large", label: "Large", disabled: true, help: "Sold out" },
]

const BookingFields = ({ of }: { of: ReturnType<typeof call> }) => (
  <>
    <FormSection title="The event" description="Shown to all guests.">
      <Input label="Title" name="title" call={of} required placeholder="Summer party" />
      <FormRow>
        <Input
          label="E-mail"
          name="email"
          type="email"
          call={of}
          help="For questions about the booking."
          autocomplete="email"
        />
        <Input label="Budget" name="budget" call={of} before="€" inputmode="decimal" />
      </FormRow>
      <Textarea label="Notes" name="notes" call={of} rows={3} />
    </FormSection>
    <FormSection title="Place and time">
      <FormRow columns={2}>
        <Combobox
          label="City"
          name="city"
          call={of}
          options={cities}
          placeholder="Type to search"
          help="Or any other."
        />
        <Select
          label="Country"
          name="country"
          call={of}
          options={countries}
          placeholder="Choose one"
        />
        <DateField
          label="Starts"
          name="starts"
          type="datetime-local"
          call={of}
          min="2026-01-01T00:00"
        />
        <Slider label="Guests" name="guests" call={of} min={1} max={50} value={12} />
      </FormRow>
      <RadioGroup label="Size" name="size" call={of} options={sizes} />
    </FormSection>
    <FormSection title="Publish">
      <Switch name="isPublic" call={of} help="Listed in the public calendar.">
        Public
      </Switch>
      <Checkbox name="agreed" call={of}>
        I agree to the terms
      </Checkbox>
    </FormSection>
  </>
)

export const Forms = () => {
  const create = call(Booking, "create")
  return (
    <Section id="forms" title="Book a room">
      <form {...create.form} novalidate class="form">
        <BookingFields of={create} />
        <FormActions>
          <Button type="reset" variant="outline">
            Reset
          </Button>
          <Button type="submit">Book</Button>
        </FormActions>
      </form>
      {live(Booking.where(), (booking: Booking) => (
        <li id={booking.domId}>{booking.title}</li>
      ))}
    </Section>
  )
}

const maxBytes = 200 * 1024

/** A class that only receives files. */
export class Upload extends Entity("Upload", { name: z.string(), bytes: z.number() }) {
  static {
    action(this, "send", {
      input: {
        files: z
          .array(z.file().max(maxBytes, "One of them is too large."))
          .min(1, "Choose a file."),
      },
    })
  }
  static async send({ files }: { files: File[] }) {
    for (const file of files) await Upload.create({ name: file.name, bytes: file.size })
  }
}

export const Uploads = () => {
  const send = call(Upload, "send")
  return (
    <Section id="files" title="Send files">
      <form {...send.form} class="form" enctype="multipart/form-data">
        <Dropzone
          label="Files"
          name="files"
          call={send}
          multiple
          accept="image/*, .txt, .pdf"
          maxBytes={maxBytes}
          maxFiles={3}
        />
        <FormActions align="start">
          <Button type="submit">Send</Button>
        </FormActions>
      </form>
      {live(Upload.where(), (upload: Upload) => (
        <li id={upload.domId}>{`${upload.name}: ${upload.bytes} bytes`}</li>
      ))}
    </Section>
  )
}
