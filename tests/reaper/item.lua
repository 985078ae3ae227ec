-- REAPER's functions as far as the script of items uses them, for a plain Lua: arg = script, bpm, the item's file, its offset in
-- its source, its length (in seconds), what is typed in both lines, then, if its source is a section, that one's start and length
-- (in seconds), and `backwards` if it is reversed. What the script did is printed, one line each.
local script, bpm, file, offset, length = arg[1], tonumber(arg[2]), arg[3], tonumber(arg[4]), tonumber(arg[5])
local cursor_s = 1.5
local PLAYED = { D_STARTOFFS = offset, D_PLAYRATE = 1 }
local LIES = { D_POSITION = 7.5, D_LENGTH = length }

reaper = {
  GetSelectedMediaItem = function(project, index)
    assert(project == 0 and index == 0)
    return file ~= 'none' and 'item' or nil
  end,
  GetActiveTake = function(item) assert(item == 'item') return 'take' end,
  TakeIsMIDI = function(take) assert(take == 'take') return file == 'midi' end,
  -- a section of the file, as REAPER makes one
  GetMediaItemTake_Source = function(take) assert(take == 'take') return 'section' end,
  GetMediaSourceParent = function(source) return source == 'section' and 'whole' or nil end,
  PCM_Source_GetSectionInfo = function(source)
    if source ~= 'section' then return false, 0, 0, false end
    return true, tonumber(arg[8]) or 0, tonumber(arg[9]) or 1000, arg[10] == 'backwards'
  end,
  GetMediaSourceFileName = function(source, name) assert(source == 'whole' and name == '') return file end,
  GetMediaItemTakeInfo_Value = function(take, name) assert(take == 'take') return PLAYED[name] end,
  GetMediaItemInfo_Value = function(item, name) assert(item == 'item') return LIES[name] end,
  GetUserInputs = function(title, count, captions, values)
    assert(title == 'Sidecrate' and count == 2 and captions:find('separator=\n', 1, true) and values == 'split\n')
    return arg[6] ~= 'cancel', arg[6] .. '\n' .. arg[7]
  end,
  GetCursorPosition = function() return cursor_s end,
  SetEditCurPos = function(time_s, moves_view, seeks)
    assert(moves_view == false and seeks == false)
    cursor_s = time_s
  end,
  TimeMap_GetTimeSigAtTime = function(project, time_s)
    assert(project == 0 and time_s == 7.5)
    return 4, 4, bpm
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
  InsertMedia = function(path, mode)
    print(string.format('insert %d at %g %s', mode, cursor_s, path))
    cursor_s = cursor_s + 100
  end,
  ShowMessageBox = function(text) print('told ' .. text) end,
  Undo_BeginBlock = function() end,
  Undo_EndBlock = function(text) print('undo ' .. text) end,
  UpdateArrange = function() end,
}
dofile(script)
print('cursor ' .. cursor_s)
