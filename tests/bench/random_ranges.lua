-- For wrk: asks for 64 KiB at a random place of one of the files that are named: PATH SIZE …
local files = {}

function init(arguments)
  math.randomseed(7)
  for i = 1, #arguments, 2 do
    files[#files + 1] = {path = arguments[i], size = tonumber(arguments[i + 1])}
  end
end

function request()
  local file = files[math.random(#files)]
  local first = math.random(0, file.size - 65536)
  return wrk.format("GET", file.path, {["Range"] = string.format("bytes=%d-%d", first, first + 65535)})
end

function done(summary)
  local errors = summary.errors
  io.write(string.format("requests %d failed %d\n", summary.requests,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
