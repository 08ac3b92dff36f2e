const marks: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text as HTML, for elements and quoted attributes. */
export const htmlText = (text: string): string => text.replaceAll(/[&<>"']/g, (mark) => marks[mark] as string)
