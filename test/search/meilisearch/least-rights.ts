/** What a hub's own key has to allow, for the indexes of its prefix: see docs/search.md. */
export const leastRights = [
  'search',
  'documents.add',
  'documents.get',
  'documents.delete',
  'indexes.create',
  'indexes.get',
  'indexes.delete',
  'indexes.swap',
  'settings.get',
  'settings.update',
  'tasks.get',
] as const
