import { htmlText } from '../../connector/html-text.js'

/** A link, with its text escaped. @param to is relative to the page. */
export const link = (to: string, text: string): string => `<a href="${htmlText(to)}">${htmlText(text)}</a>`

/** A list of terms and what they are. The texts are HTML already. */
export const terms = (rows: readonly (readonly [term: string, what: string])[]): string =>
  `<dl>\n${rows.map(([term, what]) => `<dt>${term}</dt>\n<dd>${what}</dd>`).join('\n')}\n</dl>`

/** A whole page without scripts and styles: a browser's own fit every width and zoom. @param body HTML. */
export function htmlPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${htmlText(title)} – Seven Dials</title>
<link rel="icon" href="data:,">
</head>
<body>
<main>
<h1>${htmlText(title)}</h1>
${body}
</main>
</body>
</html>
`
}
