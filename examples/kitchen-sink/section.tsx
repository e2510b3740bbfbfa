// How the page shows a component: its name, and a few of its variants side by side.
import type { Child, Markup } from "nitro-ts/html"

export const Section = ({
  id,
  title,
  children,
}: {
  id: string
  title: string
  children?: Child
}): Markup => (
  <section id={id} class="sample" aria-labelledby={`${id}-heading`}>
    <h2 id={`${id}-heading`}>{title}</h2>
    {children}
  </section>
)

export const Row = ({ children }: { children?: Child }): Markup => <div class="row">{children}</div>
