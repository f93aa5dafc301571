--@ child short
return function() end
--@ child slow-chunk
while true do end
