--@ row 3.4 base64: encode decode
--@ row 3.4 hash: md5 sha1 sha256 sha512 fnv32 fnv64 hmac_*, hexadecimal and raw
--@ row 3.4 uuid: v1 v3 v4 v5 v7 validate parse version variant format
local base64, hash, uuid = require("base64"), require("hash"), require("uuid")

local function same(got, wanted) assert(got == wanted, string.format("got %q, wanted %q", tostring(got), tostring(wanted))) end
local function refused(none, problem) assert(none == nil and problem:kind() == errors.INVALID, tostring(problem)) end

local function bases()
  for plain, coded in pairs({ [""] = "", f = "Zg==", fo = "Zm8=", foo = "Zm9v", foob = "Zm9vYg==", ["\0\255\254"] = "AP/+" }) do
    same(base64.encode(plain), coded)
    same(base64.decode(coded), plain)
  end
  same(base64.decode("Zm9v\r\nYg==\n"), "foob")
  local all = {}
  for i = 0, 255 do all[i + 1] = string.char(i) end
  local long = string.rep(table.concat(all), 100)
  same(base64.decode(base64.encode(long)), long)
  for _, wrong in ipairs({ "Z", "Zg", "Zg=", "Zg===", "Zm9v!", "=", "====", "Zg==Zg==", "Zm9v Zg==", "Z===" }) do refused(base64.decode(wrong)) end
  refused(base64.encode(5))
  refused(base64.decode(true))
end

local function hashes()
  same(hash.md5("hello"), "5d41402abc4b2a76b9719d911017c592")
  same(hash.sha1("hello"), "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d")
  same(hash.sha256("hello"), "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
  assert(#hash.sha512("") == 128 and #hash.sha512("", true) == 64 and #hash.sha256("\255\0", true) == 32)
  same(hash.sha1("\u{FEFF}a"), "843510102349f4f66ad1734e188dc93aca8c618d")
  same(hash.sha256("\255"), "a8100ae6aa1940d0b663bb31cd466142ebbdbd5187131b92d93818987832eb89")
  same(hash.hmac_sha256("what do ya want for nothing?", "Jefe"), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
  same(hash.hmac_md5("what do ya want for nothing?", "Jefe"), "750c783e6ab0b503eaa86e310a5db738")
  assert(#hash.hmac_sha512("a", "b") == 128 and #hash.hmac_sha1("a", "b", true) == 20)
  assert(hash.fnv32("") == 0x811c9dc5 and hash.fnv32("foobar") == 0xbf9cf968 and hash.fnv64("foobar") == 0x85944171f73967e8)
  refused(hash.md5(5))
  refused(hash.fnv64(nil))
  refused(hash.hmac_sha1("a"))
end

local function uuids()
  local dns = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
  same(uuid.v5(dns, "www.example.com"), "2ed6657d-e927-568b-95e1-2665a8aea6a2")
  same(uuid.v3(dns, "www.example.com"), "5df41881-3aed-3515-88a7-2f4a814cf09e")
  local seen = {}
  for _ = 1, 200 do
    for version, make in pairs({ [1] = uuid.v1, [4] = uuid.v4, [7] = uuid.v7 }) do
      local id = make()
      assert(uuid.validate(id) and uuid.version(id) == version and uuid.variant(id) == "RFC4122" and not seen[id])
      seen[id] = true
    end
  end
  local a, b = uuid.v7(), uuid.v7()
  assert(a < b and uuid.parse(a).timestamp == 1700000000 and uuid.parse(a).version == 7)
  local first = uuid.parse(uuid.v1())
  assert(first.timestamp == 1700000000 and #first.node == 12 and first.variant == "RFC4122")
  assert(uuid.parse("C232AB00-9414-11EC-B3C8-9E6BDECED846").timestamp == 1645557742)
  same(uuid.format(dns), dns)
  same(uuid.format("{" .. dns .. "}", "simple"), "6ba7b8109dad11d180b400c04fd430c8")
  same(uuid.format("6BA7B8109DAD11D180B400C04FD430C8", "urn"), "urn:uuid:" .. dns)
  assert(uuid.validate("urn:uuid:" .. dns) and uuid.validate("no") == false and uuid.validate(dns .. "0") == false)
  assert(uuid.validate("6ba7b81-09dad-11d1-80b4-00c04fd430c8") == false)
  same(uuid.variant("6ba7b810-9dad-11d1-c0b4-00c04fd430c8"), "Microsoft")
  refused(uuid.validate(5))
  refused(uuid.version("x"))
  refused(uuid.parse({}))
  refused(uuid.format(dns, "long"))
  refused(uuid.v5("x", "y"))
  refused(uuid.v3(dns, 5))
end

return function()
  bases()
  hashes()
  uuids()
end
