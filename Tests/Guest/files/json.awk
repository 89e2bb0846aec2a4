# SPDX-License-Identifier: Apache-2.0
# Turns a JSON document into lines of "path<TAB>value", as "networks.0.type<TAB>ipv4". Line ends
# and tabs inside a value become spaces, so that every value stays on its line.

{ text = text $0 "\n" }

END {
  size = length(text)
  at = 1
  read_value("")
}

function skip_space() {
  while (at <= size && index(" \t\r\n", substr(text, at, 1))) at++
}

function read_value(path,    first, start) {
  skip_space()
  first = substr(text, at, 1)
  if (first == "{") read_members(path)
  else if (first == "[") read_items(path)
  else if (first == "\"") print path "\t" read_string()
  else {
    start = at
    while (at <= size && !index(",]} \t\r\n", substr(text, at, 1))) at++
    # A character that begins no value would otherwise be met again for ever.
    if (at == start) { at = size + 1; return }
    first = substr(text, start, at - start)
    print path "\t" (first == "null" ? "" : first)
  }
}

function read_members(path,    key) {
  at++
  while (at <= size) {
    skip_space()
    if (substr(text, at, 1) == "}") { at++; return }
    if (substr(text, at, 1) == ",") { at++; continue }
    key = read_string()
    skip_space()
    at++
    read_value(path == "" ? key : path "." key)
  }
}

function read_items(path,    count) {
  at++
  count = 0
  while (at <= size) {
    skip_space()
    if (substr(text, at, 1) == "]") { at++; return }
    if (substr(text, at, 1) == ",") { at++; continue }
    read_value(path "." count++)
  }
}

function read_string(    result, mark, rest) {
  at++
  result = ""
  while (at <= size) {
    rest = substr(text, at)
    match(rest, /["\\]/)
    if (RSTART == 0) { at = size + 1; break }
    result = result substr(rest, 1, RSTART - 1)
    at += RSTART
    if (substr(rest, RSTART, 1) == "\"") break
    mark = substr(text, at, 1)
    at++
    if (mark == "u") {
      result = result character(substr(text, at, 4))
      at += 4
    } else result = result (index("bfnrt", mark) ? " " : mark)
  }
  gsub(/[\t\r\n]/, " ", result)
  sub(/ +$/, "", result)
  return result
}

# Names and keys are ASCII; what is not becomes a question mark.
function character(digits,    code, i) {
  code = 0
  for (i = 1; i <= 4; i++) code = code * 16 + index("0123456789abcdef", tolower(substr(digits, i, 1))) - 1
  return code >= 32 && code < 127 ? sprintf("%c", code) : (code < 32 ? " " : "?")
}
