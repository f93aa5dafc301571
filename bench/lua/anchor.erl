%% The other side: the cases of lua_side.ts that Erlang has too. Prints what it counted per second of CPU time.
-module(anchor).
-export([main/1]).

main([Name, Few]) ->
  work(list_to_atom(Name), list_to_integer(Few)),
  halt().

cpu(F) ->
  {T0, _} = statistics(runtime), F(), {T1, _} = statistics(runtime),
  max(T1 - T0, 1) / 1000.

say(Key, Value) -> io:format("~s ~w~n", [Key, Value]).

work(spawn_exit, Few) ->
  N = 1000000 div Few,
  say("perS", N / cpu(fun() -> times(N, fun(_) -> spawn(fun() -> ok end) end) end));
work(spawn_idle, Few) ->
  N = 200000 div Few, M0 = erlang:memory(processes),
  T = cpu(fun() -> times(N, fun(_) -> spawn(fun idle/0) end) end),
  say("perS", N / T), say("bytesEach", (erlang:memory(processes) - M0) / N);
work(ping_table, Few) ->
  N = 1000000 div Few, P = spawn(fun pong/0),
  say("perS", 2 * N / cpu(fun() -> ping(P, N) end));
work(ping_number, Few) ->
  N = 1500000 div Few, P = spawn(fun pongnumber/0),
  say("perS", 2 * N / cpu(fun() -> pingnumber(P, N) end));
work(ring, Few) ->
  Hops = 1000000 div Few, Me = self(),
  First = spawn(fun() -> receive {next, Next} -> ring(Next, Me) end end),
  Last = lists:foldl(fun(_, Next) -> spawn(fun() -> ring(Next, Me) end) end, First, lists:seq(2, 100000 div Few)),
  First ! {next, Last},
  say("perS", Hops / cpu(fun() -> First ! Hops, receive done -> ok end end));
work(fan_in, Few) ->
  Each = 10000 div Few, Me = self(),
  say("perS", 100 * Each / cpu(fun() ->
    times(100, fun(_) -> spawn(fun() -> times(Each, fun(I) -> Me ! #{type => x, n => I, from => 1} end) end) end),
    times(100 * Each, fun(_) -> receive #{n := _} -> ok end end) end));
work(timers, Few) ->
  N = 100000 div Few,
  say("perS", N / cpu(fun() ->
    times(N, fun(I) -> erlang:send_after(1000, self(), I) end),
    times(N, fun(I) -> receive I -> ok end end) end));
work(links, Few) ->
  N = 100000 div Few, Me = self(),
  Hub = spawn(fun() -> receive go -> exit(gone) end end),
  times(N, fun(_) -> spawn(fun() -> link(Hub), Me ! linked, receive never -> ok end end) end),
  times(N, fun(_) -> receive linked -> ok end end),
  Before = erlang:system_info(process_count),
  say("perS", N / cpu(fun() -> Hub ! go, gone(Before - N) end));
work(ticks, Few) ->
  Ms = case Few of 1 -> 4000; _ -> 1000 end,
  times(10000, fun(_) -> spawn(fun tick/0) end),
  say("cpuShare", cpu(fun() -> timer:sleep(Ms) end) * 1000 / Ms).

times(0, _) -> ok;
times(N, F) -> F(N), times(N - 1, F).

idle() -> receive stop -> ok end.
tick() -> receive after 1000 -> tick() end.
pong() -> receive #{from := F, n := N} -> F ! #{type => pong, n => N, from => self()}, pong() end.
ping(_, 0) -> ok;
ping(P, N) -> P ! #{type => ping, n => N, from => self()}, receive #{n := N} -> ping(P, N - 1) end.
pongnumber() -> receive {F, N} -> F ! N, pongnumber() end.
pingnumber(_, 0) -> ok;
pingnumber(P, N) -> P ! {self(), N}, receive N -> pingnumber(P, N - 1) end.
ring(Next, Main) -> receive 0 -> Main ! done; N -> Next ! N - 1 end, ring(Next, Main).
gone(Left) -> case erlang:system_info(process_count) > Left of true -> erlang:yield(), gone(Left); false -> ok end.
