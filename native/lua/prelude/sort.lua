-- table.sort in Lua, so that it can be stopped between two comparisons and its comparison may wait: the quicksort of
-- ltablib.c with the same reads, comparisons and writes in the same order. Answers true when the order is none.

local function sorter(order)
  return load((([[
    local small = 100 -- larger ranges may choose their pivot by chance
    local sort

    local function partition(t, lo, up, pivot, lt)
      local i, j = lo, up - 1
      while true do
        i = i + 1
        local a = t[i]
        while LESS(a, pivot) do
          if i == up - 1 then return nil end
          i = i + 1
          a = t[i]
        end
        j = j - 1
        local b = t[j]
        while LESS(pivot, b) do
          if j < i then return nil end
          j = j - 1
          b = t[j]
        end
        if j < i then
          t[up - 1] = a
          t[i] = pivot
          return i
        end
        t[i] = b
        t[j] = a
      end
    end

    function sort(t, lo, up, lt, chance)
      while lo < up do
        local a, b = t[lo], t[up]
        if LESS(b, a) then
          t[lo] = b
          t[up] = a
        end
        if up - lo == 1 then return false end
        local p
        if up - lo < small or chance == 0 then
          p = (lo + up) // 2
        else
          local quarter = (up - lo) // 4
          p = chance % (quarter * 2) + (lo + quarter)
        end
        local v
        v, a = t[p], t[lo]
        if LESS(v, a) then
          t[p] = a
          t[lo] = v
        else
          b = t[up]
          if LESS(b, v) then
            t[p] = b
            t[up] = v
          end
        end
        if up - lo == 2 then return false end
        local pivot, next = t[p], t[up - 1]
        t[p] = next
        t[up - 1] = pivot
        p = partition(t, lo, up, pivot, lt)
        if p == nil then return true end
        local size
        if p - lo < up - p then
          if sort(t, lo, p - 1, lt, chance) then return true end
          size = p - lo
          lo = p + 1
        else
          if sort(t, p + 1, up, lt, chance) then return true end
          size = up - p
          up = p - 1
        end
        if (up - lo) // 128 > size then chance = 0x5bd1e995 end
      end
      return false
    end

    return sort
  ]]):gsub("LESS%((%w+), (%w+)%)", order)), "=[C]")()
end

local byorder = sorter("%1 < %2")
local bycomparison = sorter("lt(%1, %2)")

return function(t, n, lt)
  if lt == nil then return byorder(t, 1, n, nil, 0) end
  return bycomparison(t, 1, n, lt, 0)
end
