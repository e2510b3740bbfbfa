// Display components: buttons, badges, alerts, cards, tables, avatars, progress.
import {
  Alert,
  Avatar,
  AvatarGroup,
  Badge,
  Button,
  Card,
  Empty,
  formatDisplay,
  KeyHints,
  PageHead,
  Panel,
  Progress,
  RowText,
  Segment,
  Skeleton,
  Spinner,
  Table,
  Tooltip,
} from "nitro-ts/components"
import type { Markup } from "nitro-ts/html"
import { icon } from "nitro-ts/icons"
import { Row, Section } from "./section.tsx"

const orders = [
  {
    id: 1041,
    customer: "Ada Lovelace",
    placedAt: new Date("2026-01-15T09:04:00Z"),
    cents: 123_450,
    paid: true,
  },
  {
    id: 1042,
    customer: "Grace Hopper",
    placedAt: new Date("2026-01-15T11:30:00Z"),
    cents: 8_900,
    paid: false,
  },
  {
    id: 1043,
    customer: "<b>Robert</b>",
    placedAt: new Date("2026-01-16T16:45:00Z"),
    cents: 47_000,
    paid: true,
  },
]

const Buttons = (): Markup => (
  <Section id="buttons" title="Button">
    <Row>
      <Button>Default</Button>
      <Button variant="secondary">Secondary</Button>
      <Button variant="outline">Outline</Button>
      <Button variant="ghost">Ghost</Button>
      <Button variant="link">Link</Button>
      <Button variant="destructive">Destructive</Button>
    </Row>
    <Row>
      <Button size="xs">Extra small</Button>
      <Button size="sm">Small</Button>
      <Button size="lg">Large</Button>
      <Button icon={icon("plus")}>With an icon</Button>
      <Button size="icon" variant="outline" aria-label="Edit">
        {icon("pencil")}
      </Button>
      <Button loading>Saving</Button>
      <Button disabled>Disabled</Button>
      <Button href="#buttons" variant="outline">
        A link
      </Button>
    </Row>
  </Section>
)

const Badges = (): Markup => (
  <Section id="badges" title="Badge">
    <Row>
      <Badge>Default</Badge>
      <Badge variant="secondary">Secondary</Badge>
      <Badge variant="outline">Outline</Badge>
      <Badge variant="destructive">Overdue</Badge>
      <Badge size="sm">Small</Badge>
      <Badge size="lg" variant="secondary">
        Large
      </Badge>
      <Badge variant="outline">{icon("check")} With an icon</Badge>
      <Badge href="#badges">A link</Badge>
    </Row>
  </Section>
)

const Alerts = (): Markup => (
  <Section id="alerts" title="Alert">
    <Alert title="Your plan ends in three days">Renew it to keep the history of your orders.</Alert>
    <Alert variant="destructive" title="The payment was refused">
      Check the card, or use another one.
    </Alert>
    <Alert icon={icon("party-popper")} title="A title alone, with a custom icon" />
  </Section>
)

const Cards = (): Markup => (
  <Section id="cards" title="Card">
    <div class="columns">
      <Card
        level={3}
        title="Team"
        description="People with access to this shop"
        action={
          <Button size="sm" variant="outline">
            Invite
          </Button>
        }
        footer={<Button>Save</Button>}
      >
        <p>Three people have access. The owner can change that.</p>
      </Card>
      <Card size="sm" level={3} title="This month" description="Compared with the last one">
        <p class="figure">{formatDisplay(1793.5, { type: "currency" })}</p>
      </Card>
    </div>
  </Section>
)

const Tables = (): Markup => (
  <Section id="tables" title="Table">
    <Table
      caption="The newest orders"
      columns={[
        "id",
        "customer",
        { key: "placedAt", label: "Placed" },
        "paid",
        {
          label: "Total",
          type: "currency",
          align: "end",
          cell: order => formatDisplay(order.cents / 100, { type: "currency" }),
        },
      ]}
      rows={orders}
    />
    <Table columns={["id", "customer"]} rows={orders.slice(0, 0)} />
  </Section>
)

const Lists = (): Markup => (
  <Section id="lists" title="Page head, panel, segment, empty">
    <PageHead title="Songs" live actions={<Button size="sm">New song</Button>}>
      2 released, 1 draft
    </PageHead>
    <Panel aria-label="Songs">
      <ul>
        <li>
          <RowText title="Midnight Ferry">Released in May</RowText>
          <Badge variant="secondary">released</Badge>
        </li>
        <li>
          <RowText title="Line 4">Waits for its lyrics</RowText>
          <Badge variant="outline">draft</Badge>
        </li>
      </ul>
      <footer>
        <Segment
          label="Show"
          name="show"
          options={[{ value: "all", count: 3 }, { value: "drafts", count: 1 }, "archive"]}
        />
        <Button size="sm" variant="ghost">
          Clear drafts
        </Button>
      </footer>
    </Panel>
    <KeyHints keys={{ Enter: "save", Esc: "revert" }} />
    <Panel aria-label="No songs">
      <Empty icon="music" title="No songs yet">
        Write the first one.
      </Empty>
    </Panel>
  </Section>
)

const Progresses = (): Markup => (
  <Section id="progress" title="Progress, spinner, skeleton">
    <Progress value={40} label="Upload" />
    <Progress label="Import" />
    <Row>
      <Spinner />
      <span>Loading</span>
    </Row>
    <div class="loading" aria-busy="true">
      <Skeleton shape="circle" />
      <Skeleton lines={3} />
    </div>
  </Section>
)

const Avatars = (): Markup => (
  <Section id="avatars" title="Avatar, tooltip">
    <Row>
      <Avatar name="Ada Lovelace" size="lg" />
      <Avatar name="Grace Hopper" />
      <Avatar name="Linus" size="sm" />
      <Avatar name="Broken picture" src="data:image/png;base64,AAAA" />
      <AvatarGroup>
        <Avatar name="Ada Lovelace" />
        <Avatar name="Grace Hopper" />
        <Avatar name="Margaret Hamilton" />
      </AvatarGroup>
      <Tooltip id="copy-tip" text="Copies the address of this page">
        <Button size="icon" variant="outline" aria-label="Copy" aria-describedby="copy-tip">
          {icon("copy")}
        </Button>
      </Tooltip>
      <Tooltip id="side-tip" text="On the right side" side="right">
        <Button variant="outline" aria-describedby="side-tip">
          Point at me
        </Button>
      </Tooltip>
    </Row>
  </Section>
)

export const Display = (): Markup => (
  <>
    <Buttons />
    <Badges />
    <Alerts />
    <Cards />
    <Tables />
    <Lists />
    <Progresses />
    <Avatars />
  </>
)
