// The judgement of names and addresses itself; src/html and src/client test that every way to set an attribute asks it.
import { describe, expect, it } from "vitest"
import {
  type AddressKind,
  addressKind,
  addressRunsScript,
  isCodeProperty,
  refusalOfName,
  runsScript,
} from "./attribute-rules.ts"

const kinds: Readonly<Record<AddressKind, string>> = {
  url: "href src action formaction poster cite background manifest longdesc codebase classid profile icon dynsrc lowsrc usemap data xlink:href xml:base from to by altimg definitionurl",
  urlList: "ping archive attributionsrc values",
  sourceSet: "srcset imagesrcset",
  refresh: "content",
}

describe("names", () => {
  it.each(
    Object.entries(kinds).flatMap(([kind, names]) => names.split(" ").map(name => [name, kind])),
  )("%s holds an address: %s", (name, kind) => expect(addressKind(name as string)).toBe(kind))

  it("of other attributes hold none", () => {
    for (const name of ["", " ", "id", "title", "alt", "hreflang", "xhref", "hrefx", "constructor"])
      expect(addressKind(name)).toBeUndefined()
  })

  it("of handlers and documents take no value", () => {
    for (const name of ["onclick", "ONCLICK", "OnX", "ona", "onz", "onZ"])
      expect(refusalOfName(name)).toBe("handler")
    for (const name of ["srcdoc", "SRCDOC", "srcDoc"]) expect(refusalOfName(name)).toBe("document")
    for (const name of [
      "on",
      "on-click",
      "on:click",
      "on1",
      "xonclick",
      "don",
      "srcdocs",
      "xsrcdoc",
      "src",
    ])
      expect(refusalOfName(name)).toBeUndefined()
  })

  it("of properties that hold code or markup are not bound", () => {
    for (const name of [
      "innerHTML",
      "outerHTML",
      "inner-html",
      "OUTER-HTML",
      "i-n-n-e-r-html",
      "srcdoc",
      "text",
      "textContent",
      "text-content",
      "innerText",
      "outerText",
      "outer-text",
    ])
      expect(isCodeProperty(name)).toBe(true)
    for (const name of [
      "value",
      "checked",
      "html",
      "inner",
      "context",
      "texts",
      "xinnerHTML",
      "innerHTMLx",
      "srcdocx",
      "content",
    ])
      expect(isCodeProperty(name)).toBe(false)
  })
})

describe("an address", () => {
  const schemes = ["javascript", "vbscript", "livescript", "mocha", "jscript", "view-source"]

  it.each(schemes)("runs script by the scheme %s, however a browser reads it", scheme => {
    const half = scheme.slice(0, 3)
    const rest = scheme.slice(3)
    for (const url of [
      `${scheme}:x`,
      `${scheme.toUpperCase()}:x`,
      ` \t\n\u0000\u001f${scheme}:x`,
      `\u00a0\u007f\u2028\u2029${scheme}:x`,
      `${half}\t${rest}:x`,
      `${half}\r\n\n${rest} :x`,
      `${scheme}:`,
      `${scheme}://x/y?z#a`,
    ]) {
      expect(runsScript(url, "a"), url).toBe(true)
      expect(runsScript(url, "img"), url).toBe(true)
    }
  })

  it.each([
    "",
    "x",
    "a/b",
    "/javascript:x",
    "#javascript:x",
    "?javascript:x",
    "./javascript:x",
    "../javascript:x",
    "http://x",
    "https://x/javascript:x",
    "mailto:a@b",
    "tel:1",
    "ftp://x",
    "blob:x",
    "javascript",
    "xjavascript:x",
    "javascriptx:x",
    "java-script:x",
    "javascript/:x",
    "a:javascript:x",
    "sms:1",
  ])("%j runs none", url => {
    expect(runsScript(url, "a")).toBe(false)
    expect(runsScript(url, "script")).toBe(false)
  })

  it("begins as it is written: a scheme behind a harmless one's name is its own", () => {
    for (const url of ["xhttp:javascript", "xmailto:1", "https"])
      expect(runsScript(url, "a")).toBe(false)
    expect(runsScript("javascript:https://x", "a")).toBe(true)
    expect(runsScript("javascript:/x", "a")).toBe(true)
    expect(runsScript("javascript:mailto:x", "a")).toBe(true)
  })

  const inert = [
    "image/png,x",
    "image/png;base64,x",
    "IMAGE/PNG,x",
    "image/s,x",
    "audio/mp3,x",
    "video/mp4,x",
    "font/woff2,x",
    "application/font-woff,x",
    "application/x-font-ttf,x",
    "application/vnd.ms-fontobject,x",
    "application/octet-stream,x",
    "application/pdf,x",
    "text/plain,x",
    "text/plain;charset=utf-8,x",
    ",x",
    ";base64,x",
    " text/plain ,x",
    "te\nxt/plain,x",
  ]
  const scriptable = [
    "",
    "x",
    "text/html,x",
    "TEXT/HTML,x",
    "text/html;,x",
    "text/plainx,x",
    "xtext/plain,x",
    "text/xml,x",
    "image,x",
    "ximage/png,x",
    "xaudio/mp3,x",
    "xvideo/mp4,x",
    "xfont/x,x",
    "xapplication/pdf,x",
    "application/javascript,x",
    "application/xhtml+xml,x",
    "x,y",
    "x;y",
    "image/svg+xml,x",
    "image/SVG+xml;base64,x",
    " image/s\tvg+xml,x",
  ]

  it.each(inert)("of the data %j runs none, but as a script", data => {
    for (const scheme of ["data:", "DATA:", " d\tata:", "data :"]) {
      expect(runsScript(scheme + data, "a")).toBe(false)
      for (const tag of ["script", "SCRIPT"]) expect(runsScript(scheme + data, tag)).toBe(true)
    }
  })

  it.each(scriptable)("of the data %j may run some", data => {
    for (const scheme of ["data:", "DATA:", " d\tata:", "data :"])
      expect(runsScript(scheme + data, "a")).toBe(true)
  })

  it("of an SVG runs none where it is an image", () => {
    const tags = [
      "img",
      "source",
      "input",
      "link",
      "video",
      "picture",
      "feimage",
      "feImage",
      "IMG",
      "image",
    ]
    for (const tag of tags) {
      expect(runsScript("data:image/svg+xml,x", tag)).toBe(false)
      expect(runsScript("data:IMAGE/svg+xml;base64,x", tag)).toBe(false)
      expect(runsScript("data:text/html,image/svg+xml", tag)).toBe(true)
    }
    for (const tag of ["iframe", "a", "object", "embed", "use", "", "imgx"])
      expect(runsScript("data:image/svg+xml,x", tag)).toBe(true)
  })

  it("is judged by all white space, of whatever length", () => {
    const spaces = " ".repeat(5000)
    expect(runsScript(`data:${spaces}text/html,x`, "a")).toBe(true)
    expect(runsScript(`${spaces}javascript${spaces}:x`, "a")).toBe(true)
  })
})

describe("an attribute", () => {
  it("that holds one address is judged by it", () => {
    expect(addressRunsScript("url", "javascript:x", "a")).toBe(true)
    expect(addressRunsScript("url", "x javascript:x", "a")).toBe(false)
    expect(addressRunsScript("url", "data:image/svg+xml,x", "img")).toBe(false)
    expect(addressRunsScript("url", "data:image/svg+xml,x", "a")).toBe(true)
  })

  it.each(["urlList", "sourceSet"] as const)("that is a %s is judged by each", kind => {
    for (const list of [
      "javascript:x",
      "/a javascript:x",
      "/a\tjavascript:x",
      "/a,javascript:x",
      "/a, javascript:x 2x",
      "/a;javascript:x",
      "/a; java\nscript:x",
      "/a, java\tscript:x",
      "java\nscript:x",
      "/a  ,; javascript:x",
      "/a;data:text/html,x",
    ])
      expect(addressRunsScript(kind, list, "a"), list).toBe(true)
    for (const list of [
      "",
      "/a",
      "/a /b",
      "/a 1x, /b 2x",
      "https://a/ https://b/",
      "https://a/javascript:x 2x",
      "data:image/png;base64,AA== 1x, /b 2x",
      "javascript",
      "red;blue",
    ])
      expect(addressRunsScript(kind, list, "img"), list).toBe(false)
    expect(addressRunsScript(kind, "/a, data:image/svg+xml,x", "img")).toBe(false)
    expect(addressRunsScript(kind, "/a, data:image/svg+xml,x", "a")).toBe(true)
  })

  it("that is the content of a meta is judged by the target of a refresh", () => {
    for (const content of [
      "0;javascript:x",
      "0;url=javascript:x",
      "0;URL=javascript:x",
      "0;url='javascript:x'",
      '0;url="javascript:x"',
      "0; url = javascript:x",
      "0 ; url=javascript:x",
      "0,javascript:x",
      "0 javascript:x",
      "0;;javascript:x",
      " 10.5;javascript:x",
      ".5;javascript:x",
      "...;javascript:x",
      "1.2.3;javascript:x",
      "0;java\nscript:x",
      "0;url=\njavascript:x",
      "0;data:text/html,x",
      "0;data:image/svg+xml,x",
    ]) {
      expect(addressRunsScript("refresh", content, "meta"), content).toBe(true)
      expect(addressRunsScript("refresh", content, "META"), content).toBe(true)
      for (const tag of ["div", "metas", ""])
        expect(addressRunsScript("refresh", content, tag)).toBe(false)
    }
    for (const content of [
      "",
      "0",
      "5;",
      "5;url=",
      "5;/a",
      "5;url=https://x/",
      "javascript:x",
      "url=javascript:x",
      "x0;javascript:x",
      ";javascript:x",
      "0javascript:x",
      "0;url/javascript:x",
      "0 ; , javascript:x",
      "0x;javascript:x",
      "-1;javascript:x",
    ])
      expect(addressRunsScript("refresh", content, "meta"), content).toBe(false)
  })
})
