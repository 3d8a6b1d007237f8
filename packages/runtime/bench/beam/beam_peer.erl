%% BEAM as a peer (see peer.ts): reads a workload's name, answers with its operations and milliseconds. The workloads are those of
%% workloads.ts, as an Erlang programmer writes them.
-module(beam_peer).
-behaviour(supervisor).
-export([start/0, init/1, loop/0]).

start() ->
    io:setopts(standard_io, [binary]),
    say(["spawn send pingpong call call_100 cast ring restart restart_logged bytes bytes_gen_server"]),
    spawn(fun loop/0).

loop() ->
    case io:get_line("") of
        Line when is_binary(Line) ->
            case binary_to_list(string:trim(Line)) of
                "stop" -> halt(0, [{flush, true}]);
                Name -> measure(Name), loop()
            end;
        _ -> halt(0)
    end.

%% Each run has a process of its own, so that it starts with a fresh heap.
measure(Name) ->
    Self = self(),
    {_, Ref} = spawn_monitor(fun() -> Self ! {result, run(Name)} end),
    receive
        {'DOWN', Ref, process, _, normal} -> ok;
        {'DOWN', Ref, process, _, Reason} -> halt(io_lib:format("~s: ~p", [Name, Reason]))
    end,
    receive {result, {Operations, Microseconds}} ->
        say([Name, " ", integer_to_list(Operations), " ", io_lib:format("~.3f", [Microseconds / 1000])])
    end.

say(Words) -> io:put_chars([Words, "\n"]).

run("spawn") -> timed(500000, fun spawn_and_exit/1);
run("send") -> timed(2000000, fun one_way_send/1);
run("pingpong") -> timed(300000, fun ping_pong/1);
run("call") -> timed(200000, fun(N) -> calls(N, 1) end);
run("call_100") -> timed(200000, fun(N) -> calls(N, 100) end);
run("cast") -> timed(1000000, fun casts/1);
run("ring") -> timed(500000, fun ring/1);
run("restart") ->
    logger:set_primary_config(level, none),
    Result = timed(10000, fun restarts/1),
    logger:set_primary_config(level, notice),
    Result;
run("restart_logged") -> timed(1500, fun restarts/1);
run("bytes") -> {bytes(fun() -> spawn(fun() -> receive stop -> ok end end) end), 0};
run("bytes_gen_server") -> {bytes(fun() -> {ok, Pid} = gen_server:start(beam_counter, 0, []), Pid end), 0}.

timed(Count, Fun) ->
    Began = erlang:monotonic_time(microsecond),
    Fun(Count),
    {Count, erlang:monotonic_time(microsecond) - Began}.

spawn_and_exit(0) -> ok;
spawn_and_exit(N) ->
    Batch = min(N, 100),
    [spawn(fun() -> ok end) || _ <- lists:seq(1, Batch)],
    self() ! {left, N - Batch},
    receive {left, Left} -> spawn_and_exit(Left) end.

one_way_send(Count) ->
    Self = self(),
    Sink = spawn(fun() -> sink(Count, Self) end),
    spawn(fun() -> self() ! Count, source(Sink) end),
    receive done -> ok end.

sink(0, Tell) -> Tell ! done;
sink(N, Tell) -> receive _ -> sink(N - 1, Tell) end.

source(To) ->
    receive Left ->
        Batch = min(Left, 100),
        [To ! I || I <- lists:seq(1, Batch)],
        case Left - Batch of
            0 -> ok;
            Rest -> self() ! Rest, source(To)
        end
    end.

ping_pong(Count) ->
    Pong = spawn(fun pong/0),
    ping(Count, Pong),
    Pong ! stop.

pong() -> receive stop -> ok; From -> From ! 1, pong() end.

ping(0, _) -> ok;
ping(N, Pong) -> Pong ! self(), receive 1 -> ping(N - 1, Pong) end.

calls(Count, Callers) ->
    {ok, Server} = gen_server:start(beam_counter, 0, []),
    Self = self(),
    Each = Count div Callers,
    [spawn(fun() -> ask(Each, Server), Self ! done end) || _ <- lists:seq(1, Callers)],
    [receive done -> ok end || _ <- lists:seq(1, Callers)],
    gen_server:stop(Server).

ask(0, _) -> ok;
ask(N, Server) -> gen_server:call(Server, {add, 1}), ask(N - 1, Server).

casts(Count) ->
    {ok, Server} = gen_server:start(beam_counter, 0, []),
    Self = self(),
    spawn(fun() -> self() ! Count, caster(Server, Self) end),
    receive done -> ok end,
    gen_server:call(Server, {add, 0}, infinity),
    gen_server:stop(Server).

caster(To, Tell) ->
    receive Left ->
        Batch = min(Left, 100),
        [gen_server:cast(To, {add, 1}) || _ <- lists:seq(1, Batch)],
        case Left - Batch of
            0 -> Tell ! done;
            Rest -> self() ! Rest, caster(To, Tell)
        end
    end.

ring(Count) ->
    Self = self(),
    First = spawn(fun() -> receive {next, Next} -> member(Next, Self) end end),
    Last = lists:foldl(fun(_, Next) -> spawn(fun() -> member(Next, Self) end) end, First, lists:seq(2, 1000)),
    First ! {next, Last},
    Last ! Count,
    receive done -> ok end,
    First ! stop.

member(Next, Tell) ->
    receive
        stop -> Next ! stop;
        0 -> Tell ! done, member(Next, Tell);
        N -> Next ! N - 1, member(Next, Tell)
    end.

%% A supervisor walks its list of restarts at each restart, so a fresh one comes after every 500: BEAM at its best.
restarts(0) -> ok;
restarts(Count) ->
    {ok, Sup} = supervisor:start_link(?MODULE, self()),
    Batch = min(Count, 500),
    crash(Batch),
    unlink(Sup),
    Ref = monitor(process, Sup),
    exit(Sup, shutdown),
    receive {'DOWN', Ref, process, _, _} -> ok end,
    restarts(Count - Batch).

crash(0) -> receive up -> ok end;
crash(N) -> receive up -> gen_server:cast(fragile, {crash, N}), crash(N - 1) end.

init(Tell) ->
    Child = #{id => fragile, start => {gen_server, start_link, [{local, fragile}, beam_fragile, Tell, []]}},
    {ok, {#{intensity => 100000000, period => 1}, [Child]}}.

bytes(Make) ->
    garbage_collect(),
    Before = erlang:memory(total),
    Pids = [Make() || _ <- lists:seq(1, 50000)],
    garbage_collect(),
    Bytes = (erlang:memory(total) - Before) div 50000,
    [exit(Pid, kill) || Pid <- Pids],
    Bytes.
