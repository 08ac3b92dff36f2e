/** Lower-case words joined by hyphens: the ids of spokes, organisations and datasets. */
export const slugForm = /^[a-z0-9]+(?:-[a-z0-9]+)*$/

/** An absolute IRI (RFC 3987): https://w3id.org/dpv#ImprovePublicServices */
export const iriForm = /^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]+$/i
