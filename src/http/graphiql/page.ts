interface PageParts {
  /** Allows the style elements that the editor makes. */
  readonly nonce: string
  /** Queries, as texts. */
  readonly examples: readonly string[]
  readonly packageVersion: string
}

/** GraphiQL's page. Its links are relative, so that a proxy may serve the hub below a path. */
export function page({ nonce, examples, packageVersion }: PageParts): string {
  const files = `graphiql/${packageVersion}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>GraphiQL – Seven Dials</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${files}/graphiql.css">
<link rel="stylesheet" href="graphiql/page.css" nonce="${nonce}">
<script id="examples" type="application/json">${JSON.stringify(examples).replaceAll('<', '\\u003c')}</script>
<script src="graphiql/start.js" data-files="${files}" defer></script>
<script src="${files}/graphiql.js" defer></script>
</head>
<body>
<header>
<h1>Seven Dials</h1>
<label for="token">Bearer token</label>
<input id="token" type="password" autocomplete="off" spellcheck="false" aria-describedby="token-note">
<details>
<summary>Help</summary>
<p id="token-note">Sent with each operation, and kept in this tab until that is closed. Without one you see what is open to all. In the editor, Ctrl+M (Mac: Ctrl+Shift+M) lets Tab move on.</p>
</details>
</header>
<main id="editor"><p>Loading the editor&hellip;</p><noscript><p>The editor needs JavaScript.</p></noscript></main>
</body>
</html>
`
}
