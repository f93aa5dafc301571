-- The utf8 library.
local function try(f, ...) print(pcall(f, ...)) end
print(utf8.charpattern == "[\0-\x7F\xC2-\xFD][\x80-\xBF]*", utf8.char(), utf8.char(72, 228, 8364, 0x10FFFF, 0x7FFFFFFF) == "H\u{e4}\u{20ac}\u{10FFFF}\u{7FFFFFFF}") try(utf8.char, -1) try(utf8.char, 1 << 31) try(utf8.char, "x")
local samples = { "", "abc", "häß€", "\u{10FFFF}\u{0}", "\xff", "a\x80", "\xC0\x80", "\xE2\x82", "日本語", "\u{D7FF}", "\xED\xA0\x80", "\u{7FFFFFFF}", "\xF4\x90\x80\x80" }
for _, s in ipairs(samples) do
  print(#s, utf8.len(s)) print(utf8.len(s, 1, -1, true)) try(utf8.len, s, 2) try(utf8.len, s, -1) try(utf8.len, s, 1, 2) try(utf8.len, s, 100) try(utf8.len, s, 1, 100)
  try(utf8.codepoint, s, 1, -1) try(utf8.codepoint, s, 1, -1, true) try(utf8.codepoint, s) try(utf8.codepoint, s, 2)
  for n = -3, 4 do try(utf8.offset, s, n) try(utf8.offset, s, n, 1) try(utf8.offset, s, n, #s + 1) end
  try(function() for p, c in utf8.codes(s) do print(p, c) end end) try(function() for p, c in utf8.codes(s, true) do print(p, c) end end)
  for c in s:gmatch(utf8.charpattern) do print(#c) end
end
try(utf8.offset, "abc", 1, 10) try(utf8.offset, "aä", 1, 3) try(utf8.len) try(utf8.codes) try(utf8.len, "abc", 0) print(utf8.len("abc", 4), utf8.len("abc", 5 - 1, 2), utf8.offset("abc", 5), utf8.offset("äbc", 0, 2), utf8.offset("a", 0, 1)) try(utf8.codepoint, "abc", 4) try(utf8.codepoint, "abc", 3, 2) try(utf8.codepoint, "abc", 1, 4)
print(utf8.len(("ä"):rep(1000)), utf8.codepoint(("€"):rep(5), 1, -1))
