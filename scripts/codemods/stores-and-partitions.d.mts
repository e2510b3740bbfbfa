/** New text of a TypeScript source. */
export declare function renamed(source: string, fileName?: string): string
/** New text of a page: its code blocks, and the names in its prose. */
export declare function renamedPage(page: string): string
