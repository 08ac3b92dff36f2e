import { slugOf } from '../../shared/slug.js'
import { catalogueFileName } from './catalogue-file.js'
import { shown } from './passed-over.js'

/** Messages about a folder and its catalogue.yaml, for the publisher. */
export const folderProblems = {
  claimedTwice: (name: string, id: string, owner: string) =>
    `${catalogueFileName} gives ${name} to ${id} and to ${owner}; it stays with ${owner}.`,

  namedButAbsent: (name: string, id: string) =>
    `${catalogueFileName} names ${name} for ${id}, which is not among the data files of the folder.`,

  describedButAbsent: (id: string) =>
    `${catalogueFileName} describes ${id}, but no file of the folder has that name. Mend the id, or take the entry out.`,

  more: (count: number) => `${count} more problems of this kind. Mend these first.`,

  /** @param owner the stem that has the id; undefined if an entry of catalogue.yaml gives the id to files that it names. */
  collision(file: string, stem: string, id: string, owner: string | undefined, isClosed: boolean): string {
    const whose =
      owner === undefined ? `${catalogueFileName} gives that id to other files` : `that id belongs to the file "${owner}", here or gone`
    const access = isClosed ? ` ${mayBeMeant}` : ''
    return `${file}: its name gives the id ${slugOf(stem)}, but ${whose}; it has the id ${id}.${access} Give it another name, or name it under "files" of an entry in ${catalogueFileName}.`
  },

  notPlainlyNamed: (file: string) => `${file}: ${mayBeMeant} Name it under "files" of an entry, or give its id an entry of its own.`,

  heldBack: (stems: readonly string[]) =>
    `CLOSED: ${shown(stems)}. ${catalogueFileName} protects a dataset whose file is not there, or was not there when these were first seen, so they may be that file under another name. ` +
    'Mend the entry, take it out, or give the access of each of these in an entry.',

  catalogueGone: `${catalogueFileName} is gone or empty, and it protected datasets. Until it is back, everything in this folder counts as CLOSED. If there is nothing to protect any more, let it say: datasets: {}`,

  catalogueMisnamed: (name: string) =>
    `${name} is not read: rename it to ${catalogueFileName}. Until then everything in this folder counts as CLOSED.`,

  secondCatalogue: (name: string) => `${name} is not read: only ${catalogueFileName} is. Take it out, or move what it says there.`,

  /** Files with one stem count as the same data in several formats. Nobody checks whether they are. */
  placesElsewhere: (file: string, geojson: string) =>
    `${geojson} has geometries, and the rows are read from ${file}, which has none, and it is not certain which belong to which: no box finds these rows. Put longitude and latitude into ${file}, or give it another name.`,
  otherForms: (read: string, others: readonly string[]) =>
    `The rows are read from ${read}. ${others.join(', ')}: not read for rows, since a file of the same name counts as the same data in another form. If it holds other data, give it another name.`,
} as const

const mayBeMeant = `${catalogueFileName} may mean this file and does not name it plainly, so it is CLOSED.`
