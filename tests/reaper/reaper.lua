-- REAPER's functions as far as the script uses them, for a plain Lua: arg = script, bpm, beats, unit, prompt and bars as typed.
-- What the script did is printed, one line each.
local script, bpm, beats, unit, prompt, bars = arg[1], tonumber(arg[2]), tonumber(arg[3]), tonumber(arg[4]), arg[5], arg[6]

reaper = {
  GetUserInputs = function(title, count, captions, values)
    assert(title == 'Sidecrate' and count == 2 and captions:find('separator=\n', 1, true) and values:find('\n', 1, true))
    return prompt ~= 'cancel', prompt .. '\n' .. bars
  end,
  GetCursorPosition = function() return 7.5 end,
  TimeMap_GetTimeSigAtTime = function(project, time_s)
    assert(project == 0 and time_s == 7.5)
    return beats, unit, bpm
  end,
  TimeMap2_timeToQN = function(_, time_s) return time_s * bpm / 60 end,
  TimeMap2_QNToTime = function(_, quarters) return quarters * 60 / bpm end,
  ExecProcess = function(line, wait_ms)
    assert(wait_ms > 0)
    print('run ' .. line)
    local pipe = io.popen(line .. ' 2>/dev/null; echo "exit $?"')
    local output = pipe:read('*a')
    pipe:close()
    local said, code = output:match('^(.*)exit (%d+)\n$')
    if code == '127' then return nil end
    return code .. '\n' .. said
  end,
  InsertMedia = function(path, mode) print('insert ' .. mode .. ' ' .. path) end,
  ShowMessageBox = function(text) print('told ' .. text) end,
  Undo_BeginBlock = function() end,
  Undo_EndBlock = function(text) print('undo ' .. text) end,
  UpdateArrange = function() end,
}
dofile(script)
