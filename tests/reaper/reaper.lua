-- REAPER's functions as far as the script uses them, for a plain Lua: arg = script, bpm, beats, unit, prompt and bars as typed.
-- Where NOTES is set a MIDI item lies selected: its position and length in seconds, then start, end, pitch and velocity of each note in
-- quarters of the project, with what is typed as USE. What the script did is printed, one line each.
local script, bpm, beats, unit, prompt, bars = arg[1], tonumber(arg[2]), tonumber(arg[3]), tonumber(arg[4]), arg[5], arg[6]

local item
if os.getenv('NOTES') then
  local numbers = {}
  for number in os.getenv('NOTES'):gmatch('%S+') do numbers[#numbers + 1] = tonumber(number) end
  item = { D_POSITION = numbers[1], D_LENGTH = numbers[2], notes = {} }
  for n = 3, #numbers, 4 do item.notes[#item.notes + 1] = { table.unpack(numbers, n, n + 3) } end
end

reaper = {
  CountSelectedMediaItems = function() return item and 1 or 0 end,
  GetSelectedMediaItem = function(_, n) return n == 0 and item or nil end,
  GetActiveTake = function(of) return of end,
  TakeIsMIDI = function() return true end,
  GetMediaItemInfo_Value = function(of, name) return assert(of[name]) end,
  GetMediaItem_Track = function() return 'its track' end,
  MIDI_CountEvts = function(take) return true, #take.notes, 0, 0 end,
  -- REAPER's ticks within the source: 480 a quarter, from the item's start on
  MIDI_GetNote = function(take, n)
    local from, to, pitch, velocity = table.unpack(take.notes[n + 1])
    local first = take.D_POSITION * bpm / 60
    return true, false, velocity == 1, (from - first) * 480, (to - first) * 480, 0, pitch, velocity
  end,
  MIDI_GetProjQNFromPPQPos = function(take, ppq) return take.D_POSITION * bpm / 60 + ppq / 480 end,
  GetResourcePath = function() return os.getenv('RESOURCES') end,
  SetEditCurPos = function(time_s) print('cursor ' .. time_s) end,
  SetOnlyTrackSelected = function(track) print('track ' .. track) end,
  GetUserInputs = function(title, count, captions, values)
    if count == 3 then
      assert(item and captions:find('separator=\n', 1, true))
      return true, os.getenv('USE') .. '\n' .. bars .. '\n' .. prompt
    end
    assert(title == 'Sidecrate' and count == 2 and captions:find('separator=\n', 1, true) and values:find('\n', 1, true))
    return prompt ~= 'cancel', prompt .. '\n' .. bars
  end,
  GetCursorPosition = function() return 7.5 end,
  TimeMap_GetTimeSigAtTime = function(project, time_s)
    assert(project == 0 and time_s == (item and item.D_POSITION or 7.5))
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
