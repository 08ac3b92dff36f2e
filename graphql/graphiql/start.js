/* global document, location, sessionStorage, YogaGraphiQL, HTMLStyleElement */
'use strict'

{
  const files = document.currentScript.dataset.files
  const { nonce } = document.querySelector('link[nonce]')

  // The page's policy lets in what styles bear its nonce, and the editor's own know nothing of it.
  const create = document.createElement.bind(document)
  document.createElement = (name, options) => {
    const element = create(name, options)
    if (element instanceof HTMLStyleElement) element.nonce = nonce
    return element
  }

  const workers = { editorWorkerService: 'editor-worker.js', graphql: 'graphql-worker.js', json: 'json-worker.js' }
  globalThis.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_module, label) => `${files}/${workers[label]}` }

  const tokenKey = 'dials-token'
  const token = () => document.getElementById('token').value.trim().replace(/^Bearer\s+/i, '')

  document.addEventListener('DOMContentLoaded', () => {
    const field = document.getElementById('token')
    field.value = sessionStorage.getItem(tokenKey) ?? ''
    field.addEventListener('input', () => {
      if (token() === '') sessionStorage.removeItem(tokenKey)
      else sessionStorage.setItem(tokenKey, token())
    })
    YogaGraphiQL.renderYogaGraphiQL(document.getElementById('editor'), {
      endpoint: new URL('graphql', location.href).pathname,
      subscriptionsEndpoint: new URL('graphql/stream', location.href).href,
      // Subscriptions too: in an address a query would be read by whoever keeps logs.
      method: 'POST',
      title: 'GraphiQL',
      logo: ' ',
      additionalHeaders: () => (token() === '' ? {} : { authorization: `Bearer ${token()}` }),
      defaultTabs: JSON.parse(document.getElementById('examples').textContent).map((query) => ({ query })),
      // A token may be among them.
      shouldPersistHeaders: false,
      showPersistHeadersSettings: false,
      // By default every query would go into the page's address.
      onEditQuery: () => undefined,
    })
  })
}
