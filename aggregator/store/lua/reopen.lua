-- Take a delivery up again: forget what is noted of it but the parts that were sent, unless a sender is at it.
-- KEYS: lock, delivery   ARGV: what the field of a part begins with, its state when it was sent, the field of the form, which
--   binds where something was sent, then the other fields to forget   -> 1 done, 0 somebody holds the lock
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local fields = redis.call('HGETALL', KEYS[2])
local forgotten, was_sent = {unpack(ARGV, 4)}, false
for at = 1, #fields, 2 do
  if string.sub(fields[at], 1, #ARGV[1]) == ARGV[1] then
    if string.match(fields[at + 1], '^%S+') == ARGV[2] then
      was_sent = true
    else
      forgotten[#forgotten + 1] = fields[at]
    end
  end
end
if not was_sent then forgotten[#forgotten + 1] = ARGV[3] end
for _, field in ipairs(forgotten) do redis.call('HDEL', KEYS[2], field) end
return 1
