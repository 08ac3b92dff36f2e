const list = (words: string) => new Set(words.split(/\s+/).filter((word) => word !== ''))

/** Words without meaning for a search: stop words that PostgreSQL's English drops, and words that questions are made of. */
export const stopWords = list(`
  i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself it its itself they
  them their theirs themselves what which who whom this that these those am is are was were be been being have has had having do does
  did doing a an the and but if or because as until while of at by for with about against between into through during before after above
  below to from up down in out on off over under again further then once here there when where why how all any both each few more most
  other some such no nor not only own same so than too very s t can will just don should now whats wheres whos hows dont many much per
  please go going get got need want tell give
`)

/** Words that datasets on every subject have. A search does not require them, but ranks documents with them higher. */
export const weakWords = list(`
  data dataset datasets information table tables list lists register registers map maps number numbers count counts total totals figure
  figures statistics stats people latest newest recent current best near find show council councils
`)
