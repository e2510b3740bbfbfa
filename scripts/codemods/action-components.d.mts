/** New text of a TypeScript source. */
export declare function rewritten(source: string, fileName?: string): string
/** New text of a page: its code blocks. */
export declare function rewrittenPage(page: string): string
