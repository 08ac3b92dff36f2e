/** Characters that steer a terminal, end a line, or change the direction of text: the inside of a class of a regular expression with `u`. */
export const steeringCharacters = String.raw`\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069`
