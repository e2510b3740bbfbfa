// Overlays: dialogs, sheets, popovers, menus, the command palette, toasts.
import {
  Button,
  CommandDialog,
  CommandGroup,
  CommandItem,
  closes,
  Dialog,
  DropdownMenu,
  MenuGroup,
  MenuItem,
  MenuSeparator,
  opens,
  Popover,
  Sheet,
} from "nitro-ts/components"
import { dataSignals, post, signals } from "nitro-ts/datastar"
import type { Markup } from "nitro-ts/html"
import { icon } from "nitro-ts/icons"
import { Row, Section } from "./section.tsx"

const s = signals({ showGrid: true, density: "cosy" }, { ifMissing: true })

const Dialogs = (): Markup => (
  <Section id="dialogs" title="Dialog, sheet">
    <Row>
      <Button variant="outline" {...opens("profile")}>
        Edit profile
      </Button>
      <Button variant="outline" {...opens("delete")}>
        Delete
      </Button>
      <Button variant="outline" {...opens("filters")}>
        Filters
      </Button>
      <Button variant="outline" {...opens("terms")}>
        From below
      </Button>
    </Row>
    <Dialog
      id="profile"
      title="Edit profile"
      description="Others see this name."
      footer={<Button {...closes("profile")}>Save</Button>}
    >
      <input class="input" aria-label="Name" value="Ada Lovelace" />
    </Dialog>
    <Dialog
      id="delete"
      alert
      title="Delete the project?"
      description="Its orders go with it. This cannot be undone."
      footer={
        <>
          <Button variant="outline" {...closes("delete")}>
            Keep it
          </Button>
          <Button variant="destructive" {...closes("delete")}>
            Delete
          </Button>
        </>
      }
    />
    <Sheet
      id="filters"
      title="Filters"
      description="Choose the columns of the list"
      footer={<Button {...closes("filters")}>Show</Button>}
    >
      <input class="input" aria-label="Customer" placeholder="Customer" />
    </Sheet>
    <Sheet
      id="terms"
      side="bottom"
      title="Terms"
      footer={<Button {...closes("terms")}>I have read them</Button>}
    >
      <p>Short, and in plain words.</p>
    </Sheet>
  </Section>
)

const Popovers = (): Markup => (
  <Section id="popovers" title="Popover, dropdown menu">
    <Row>
      <Popover id="size" trigger="Size">
        <header>
          <h2>Size</h2>
          <p>Of the printed page.</p>
        </header>
        <input class="input" aria-label="Width" value="210 mm" />
      </Popover>
      <DropdownMenu id="account" trigger="Account" {...dataSignals(s)}>
        <MenuGroup label="My account">
          <MenuItem icon={icon("user")} href="#popovers">
            Profile
          </MenuItem>
          <MenuItem icon={icon("credit-card")} shortcut="⌘B">
            Billing
          </MenuItem>
          <MenuItem disabled>Team</MenuItem>
        </MenuGroup>
        <MenuSeparator />
        <MenuItem checked={s.showGrid} data-on:click={s.showGrid.toggle()}>
          Show the grid
        </MenuItem>
        <MenuItem radio checked={s.density.eq("cosy")} data-on:click={s.density.set("cosy")}>
          Cosy
        </MenuItem>
        <MenuItem radio checked={s.density.eq("compact")} data-on:click={s.density.set("compact")}>
          Compact
        </MenuItem>
        <MenuSeparator />
        <MenuItem variant="destructive" icon={icon("log-out")}>
          Log out
        </MenuItem>
      </DropdownMenu>
      <DropdownMenu
        id="row-menu"
        trigger={icon("ellipsis")}
        triggerProps={{ size: "icon", variant: "ghost", "aria-label": "More" }}
        align="end"
      >
        <MenuItem>Rename</MenuItem>
        <MenuItem>Duplicate</MenuItem>
      </DropdownMenu>
    </Row>
  </Section>
)

const Palette = (): Markup => (
  <Section id="palette" title="Command palette, toast">
    <Row>
      <Button variant="outline" {...opens("commands")} icon={icon("search")}>
        Commands (Ctrl K)
      </Button>
      <Button variant="outline" data-on:click={post("/toast/success")}>
        Save the order
      </Button>
      <Button variant="outline" data-on:click={post("/toast/error")}>
        Lose the order
      </Button>
    </Row>
    <CommandDialog id="commands" shortcut="k">
      <CommandGroup label="Pages">
        <CommandItem href="#tables" icon={icon("table")} keywords="list rows">
          Orders
        </CommandItem>
        <CommandItem href="#avatars" icon={icon("users")}>
          Customers
        </CommandItem>
      </CommandGroup>
      <CommandGroup label="Actions">
        <CommandItem icon={icon("plus")} shortcut="⌘N" data-on:click={post("/toast/success")}>
          New order
        </CommandItem>
        <CommandItem icon={icon("download")}>Export</CommandItem>
        <CommandItem disabled>Not now</CommandItem>
      </CommandGroup>
    </CommandDialog>
  </Section>
)

export const Overlays = (): Markup => (
  <>
    <Dialogs />
    <Popovers />
    <Palette />
  </>
)
