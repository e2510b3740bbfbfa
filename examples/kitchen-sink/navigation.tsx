// Navigation components: tabs, accordion, breadcrumb, pagination, and the sidebar around the page.
import {
  Accordion,
  AccordionItem,
  Breadcrumb,
  Pagination,
  Sidebar,
  SidebarGroup,
  SidebarItem,
  type TabOptions,
  Tabs,
} from "nitro-ts/components"
import { signal } from "nitro-ts/datastar"
import type { Markup } from "nitro-ts/html"
import { icon } from "nitro-ts/icons"
import { Section } from "./section.tsx"

const tabs: readonly TabOptions[] = [
  { name: "account", label: "Account", content: "Your name and address." },
  { name: "security", label: "Security", content: "Your password and keys." },
  { name: "archive", label: "Archive", disabled: true, content: "Nothing yet." },
  { name: "team", label: "Team", content: "The other members of the team." },
]

export const Navigation = (): Markup => (
  <>
    <Section id="tabs" title="Tabs">
      <Tabs id="settings" label="Settings" tabs={tabs} />
      <Tabs
        id="lines"
        label="Settings, underlined"
        variant="line"
        tabs={tabs}
        selected="security"
        signal={signal("shownTab", "")}
      />
      <Tabs id="upright" label="Settings, upright" orientation="vertical" tabs={tabs} />
    </Section>
    <Section id="accordion" title="Accordion">
      <Accordion>
        <AccordionItem title="Is it accessible?" name="questions" open>
          It follows the patterns of the ARIA Authoring Practices Guide.
        </AccordionItem>
        <AccordionItem title="Does it need JavaScript?" name="questions">
          No. What is open stays open when a patch arrives.
        </AccordionItem>
        <AccordionItem title="Can several be open?" name="questions">
          Yes, those without a common name.
        </AccordionItem>
      </Accordion>
    </Section>
    <Section id="breadcrumb" title="Breadcrumb, pagination">
      <Breadcrumb
        items={[
          { label: "Shop", href: "#buttons" },
          { label: "Orders", href: "#tables" },
          { label: "1041" },
        ]}
      />
      <Pagination label="Pages" page={4} pages={12} href={page => `?page=${page}#breadcrumb`} />
      <Pagination label="Newer and older" next="?after=x#breadcrumb" />
    </Section>
  </>
)

const sections = [
  [
    "Display",
    [
      ["buttons", "Button", "mouse-pointer-click"],
      ["badges", "Badge", "badge"],
      ["alerts", "Alert", "circle-alert"],
      ["cards", "Card", "id-card"],
      ["tables", "Table", "table"],
      ["lists", "Lists", "list"],
      ["progress", "Progress", "loader"],
      ["avatars", "Avatar", "circle-user"],
    ],
  ],
  [
    "Overlays",
    [
      ["dialogs", "Dialog", "app-window"],
      ["popovers", "Menu", "menu"],
      ["palette", "Command", "terminal"],
    ],
  ],
  [
    "Navigation",
    [
      ["tabs", "Tabs", "folders"],
      ["accordion", "Accordion", "list-collapse"],
      ["breadcrumb", "Breadcrumb", "chevrons-right"],
    ],
  ],
  [
    "More pages",
    [
      ["/forms", "Forms", "text-cursor-input"],
      ["/charts", "Charts and data", "chart-line"],
    ],
  ],
] as const

export const Side = ({ path = "/" }: { path?: string }): Markup => (
  <Sidebar header={<strong class="brand">Kitchen sink</strong>} label="Components">
    {sections.map(([label, items]) =>
      SidebarGroup(
        { label },
        items.map(([id, name, picture]) => {
          const href = id.startsWith("/") ? id : path === "/" ? `#${id}` : `/#${id}`
          return SidebarItem(
            { href, icon: icon(picture), active: id === (path === "/" ? "buttons" : path) },
            name,
          )
        }),
      ),
    )}
  </Sidebar>
)
