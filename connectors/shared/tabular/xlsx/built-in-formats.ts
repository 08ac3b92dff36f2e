/** East Asian formats that are dates or times, depending on the language. The value decides. */
const dates = [27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 55, 56, 57, 58, 71, 72, 73, 74, 81]
const times = [32, 33, 34, 35]

/** Formats that workbooks refer to by number, without a code (ECMA-376, part 1, 18.8.30). Those of plain numbers are left out. */
export const builtInFormats: readonly (readonly [id: number, code: string])[] = [
  [9, '0%'],
  [10, '0.00%'],
  [14, 'mm-dd-yy'],
  [15, 'd-mmm-yy'],
  [16, 'd-mmm'],
  [17, 'mmm-yy'],
  [18, 'h:mm AM/PM'],
  [19, 'h:mm:ss AM/PM'],
  [20, 'h:mm'],
  [21, 'h:mm:ss'],
  [22, 'm/d/yy h:mm'],
  [45, 'mm:ss'],
  [46, '[h]:mm:ss'],
  [47, 'mmss.0'],
  ...dates.map((id) => [id, 'yyyy/m/d'] as const),
  ...times.map((id) => [id, 'h:mm:ss'] as const),
  [67, '0%'],
  [68, '0.00%'],
  [75, 'h:mm'],
  [76, 'h:mm:ss'],
  [77, 'd/m/yyyy h:mm'],
  [78, 'mm:ss'],
  [79, '[h]:mm:ss'],
  [80, 'mm:ss.0'],
]
