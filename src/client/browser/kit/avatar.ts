// Avatars: a picture that cannot be loaded gives way to the initials behind it.

export function pictureFailed(_event: Event, target: Element): void {
  // An image is an element of HTML.
  if (target.matches(".avatar > img")) (target as HTMLElement).hidden = true
}

/** Those that failed before this script came. */
export function hideFailedPictures(): void {
  for (const picture of document.querySelectorAll<HTMLImageElement>(".avatar > img")) {
    if (picture.complete && picture.naturalWidth === 0) picture.hidden = true
  }
}
