// Dropzones: passes dropped files to the native input, and lists the chosen files with their errors.

export function listenForDropzones(): void {
  document.addEventListener("dragover", onDrag)
  document.addEventListener("dragleave", ({ target }) =>
    zoneOf(target)?.removeAttribute("data-dragging"),
  )
  document.addEventListener("drop", onDrop)
  document.addEventListener("change", ({ target }) => {
    const zone = zoneOf(target)
    if (zone && target === inputOf(zone)) update(zone)
  })
  document.addEventListener("click", onRemove)
  document.addEventListener("reset", () => setTimeout(updateAll))
  // A form that was sent may have been emptied.
  document.addEventListener("datastar-fetch", event => {
    if (event.detail.type === "finished") setTimeout(updateAll)
  })
}

const zoneOf = (target: EventTarget | null): HTMLElement | null | undefined =>
  target instanceof Element ? target.closest<HTMLElement>("[data-dropzone]") : undefined
const inputOf = (zone: HTMLElement): HTMLInputElement | null =>
  zone.querySelector("input[type=file]")

function onDrag(event: DragEvent): void {
  const zone = zoneOf(event.target)
  if (!zone || inputOf(zone)?.disabled || !event.dataTransfer?.types.includes("Files")) return
  // Only then the browser lets them be dropped.
  event.preventDefault()
  zone.setAttribute("data-dragging", "")
}

function onDrop(event: DragEvent): void {
  const zone = zoneOf(event.target)
  const input = zone && inputOf(zone)
  if (!zone || !input || input.disabled || !event.dataTransfer) return
  event.preventDefault()
  zone.removeAttribute("data-dragging")
  const dropped = [...event.dataTransfer.files]
  if (dropped.length > 0)
    setFiles(input, input.multiple ? [...(input.files ?? []), ...dropped] : dropped.slice(0, 1))
}

function onRemove({ target }: MouseEvent): void {
  const button =
    target instanceof Element ? target.closest<HTMLElement>("[data-remove-file]") : null
  const zone = button && zoneOf(button)
  const input = zone && inputOf(zone)
  if (!button || !input) return
  const at = Number(button.dataset["removeFile"])
  setFiles(
    input,
    [...(input.files ?? [])].filter((_, index) => index !== at),
  )
  // The button is gone: the focus goes to the next one, or back to the input.
  const buttons = zone.querySelectorAll<HTMLElement>("[data-remove-file]")
  ;(buttons[Math.min(at, buttons.length - 1)] ?? input).focus()
}

function setFiles(input: HTMLInputElement, files: readonly File[]): void {
  const transfer = new DataTransfer()
  for (const file of files) transfer.items.add(file)
  input.files = transfer.files
  input.dispatchEvent(new Event("input", { bubbles: true }))
  input.dispatchEvent(new Event("change", { bubbles: true }))
}

const updateAll = (): void => {
  for (const zone of document.querySelectorAll<HTMLElement>("[data-dropzone]")) update(zone)
}

function update(zone: HTMLElement): void {
  const input = inputOf(zone)
  const list = zone.querySelector(".dropzone-files")
  if (!input || !list) return
  const files = [...(input.files ?? [])]
  if (files.length === 0 && list.childElementCount === 0) return
  const faults = files.map((file, index) => faultOf(file, index, zone, input))
  list.replaceChildren(...files.map((file, index) => item(file, index, faults[index] ?? "", zone)))
  const first = faults.findIndex(fault => fault !== "")
  input.setCustomValidity(first < 0 ? "" : `${files[first]?.name}: ${faults[first]}`)
}

function faultOf(
  file: File,
  index: number,
  { dataset }: HTMLElement,
  { accept }: HTMLInputElement,
): string {
  if (!isAccepted(file, accept)) return dataset["typeMessage"] ?? ""
  if (file.size > Number(dataset["maxBytes"] ?? Number.POSITIVE_INFINITY))
    return dataset["sizeMessage"] ?? ""
  return index >= Number(dataset["maxFiles"] ?? Number.POSITIVE_INFINITY)
    ? (dataset["countMessage"] ?? "")
    : ""
}

/** As the browser's own dialog filters: extensions and media types, the latter with `*`. */
function isAccepted({ name, type }: File, accept: string): boolean {
  const rules = accept
    .toLowerCase()
    .split(",")
    .map(rule => rule.trim())
    .filter(Boolean)
  const isOf = (rule: string): boolean => {
    if (rule.startsWith(".")) return name.toLowerCase().endsWith(rule)
    return rule.endsWith("/*") ? type.startsWith(rule.slice(0, -1)) : type === rule
  }
  return rules.length === 0 || rules.some(isOf)
}

function item(file: File, index: number, fault: string, { dataset }: HTMLElement): HTMLElement {
  const element = document.createElement("li")
  const name = document.createElement("span")
  name.textContent = file.name
  const size = document.createElement("small")
  size.textContent = bytesText(file.size)
  element.append(name, size)
  if (fault) {
    element.dataset["fault"] = ""
    const message = document.createElement("strong")
    message.textContent = fault
    element.append(message)
  }
  const button = document.createElement("button")
  button.type = "button"
  button.className = "btn"
  button.dataset["variant"] = "ghost"
  button.dataset["size"] = "icon-xs"
  button.dataset["removeFile"] = String(index)
  button.setAttribute("aria-label", `${dataset["remove"]} ${file.name}`)
  button.textContent = "×"
  element.append(button)
  return element
}

function bytesText(bytes: number): string {
  const units = ["bytes", "KB", "MB", "GB"]
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1)
  return `${Math.round((bytes / 1024 ** power) * 10) / 10} ${units[power]}`
}
