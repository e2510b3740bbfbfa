// Datastar attributes: the browser evaluates them, so they take expressions and nothing else.
import type { Expression } from "../../shared/expression.ts"
import type { Optional } from "./attribute-values.ts"

/** JavaScript that the browser evaluates: made by signals, actions and ds`...` of `nitro-ts/datastar`. */
type Code = Optional<Expression>
/** Plain data, whose members may be expressions. */
type Signals = Optional<Expression | Readonly<Record<string, unknown>>>
/** An expression of an object, or an object whose members are expressions. */
type Members = Optional<Expression | Readonly<Record<string, Optional<Expression>>>>
/** `"name"`, `"$name"`, or the signal. */
type SignalName = Optional<string | Expression>

type DomEvent =
  | "abort"
  | "animationcancel"
  | "animationend"
  | "animationiteration"
  | "animationstart"
  | "auxclick"
  | "beforeinput"
  | "beforematch"
  | "beforetoggle"
  | "beforeunload"
  | "blur"
  | "cancel"
  | "canplay"
  | "canplaythrough"
  | "change"
  | "click"
  | "close"
  | "command"
  | "compositionend"
  | "compositionstart"
  | "compositionupdate"
  | "contextmenu"
  | "copy"
  | "cuechange"
  | "cut"
  | "dblclick"
  | "drag"
  | "dragend"
  | "dragenter"
  | "dragleave"
  | "dragover"
  | "dragstart"
  | "drop"
  | "durationchange"
  | "emptied"
  | "ended"
  | "error"
  | "focus"
  | "focusin"
  | "focusout"
  | "formdata"
  | "fullscreenchange"
  | "gotpointercapture"
  | "hashchange"
  | "input"
  | "invalid"
  | "keydown"
  | "keypress"
  | "keyup"
  | "load"
  | "loadeddata"
  | "loadedmetadata"
  | "loadstart"
  | "lostpointercapture"
  | "message"
  | "mousedown"
  | "mouseenter"
  | "mouseleave"
  | "mousemove"
  | "mouseout"
  | "mouseover"
  | "mouseup"
  | "offline"
  | "online"
  | "pagehide"
  | "pageshow"
  | "paste"
  | "pause"
  | "play"
  | "playing"
  | "pointercancel"
  | "pointerdown"
  | "pointerenter"
  | "pointerleave"
  | "pointermove"
  | "pointerout"
  | "pointerover"
  | "pointerup"
  | "popstate"
  | "progress"
  | "ratechange"
  | "reset"
  | "resize"
  | "scroll"
  | "scrollend"
  | "seeked"
  | "seeking"
  | "select"
  | "selectionchange"
  | "selectstart"
  | "slotchange"
  | "stalled"
  | "storage"
  | "submit"
  | "suspend"
  | "timeupdate"
  | "toggle"
  | "touchcancel"
  | "touchend"
  | "touchmove"
  | "touchstart"
  | "transitioncancel"
  | "transitionend"
  | "transitionrun"
  | "transitionstart"
  | "visibilitychange"
  | "volumechange"
  | "waiting"
  | "wheel"

/** Modifiers that JSX can spell; those with a dot or a number need `{...on("input", expression, { debounce: 500 })}`. */
type Modifier =
  | ""
  | "__capture"
  | "__once"
  | "__outside"
  | "__passive"
  | "__prevent"
  | "__stop"
  | "__window"
  | "__document"
  | "__viewtransition"
  | "__prevent__stop"

// Written out by a mapped type, because TypeScript does not check hyphenated JSX attributes against index signatures.
type EventAttributes = { [Name in `data-on:${DomEvent}${Modifier}`]?: Code }

export interface DatastarAttributes extends EventAttributes {
  "data-attr"?: Members
  "data-bind"?: SignalName
  "data-class"?: Members
  "data-computed"?: Code
  "data-effect"?: Code
  "data-ignore"?: boolean | null | undefined
  "data-ignore-morph"?: boolean | null | undefined
  "data-indicator"?: SignalName
  "data-init"?: Code
  "data-json-signals"?: Code | true
  "data-on-intersect"?: Code
  "data-on-interval"?: Code
  "data-on-signal-patch"?: Code
  "data-on-signal-patch-filter"?: Code
  /** Names of attributes that a morph leaves alone, parted by spaces. */
  "data-preserve-attr"?: Optional<string>
  "data-ref"?: SignalName
  "data-show"?: Code
  "data-signals"?: Signals
  "data-signals__ifmissing"?: Signals
  "data-style"?: Members
  "data-text"?: Code
  // In plain objects (tag functions, spreads) the keyed forms are checked as well.
  [on: `data-on:${string}`]: Code
  [attr: `data-attr:${string}`]: Code
  [className: `data-class:${string}`]: Code
  [style: `data-style:${string}`]: Code
  [computed: `data-computed:${string}`]: Code
  [signal: `data-signals:${string}`]: Signals | number
}
