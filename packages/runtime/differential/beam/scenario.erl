%% Plays scenarios on Erlang/OTP and writes what was seen; `erlang.ts` writes the scenarios and reads the traces.
%% One watcher to a scenario is told of each start before the process goes on and is sent its 'DOWN', so that it sees causes before effects.
-module(scenario).
-export([main/1]).
-export([start_worker/2, start_pooled/3, start_supervisor/2]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, terminate/2]).

%% Passes of the whole run queue without an event until a scenario is taken to have come to rest.
-define(QUIET_PASSES, 40).
-define(AT_ONCE, 250).

main([In, Out]) ->
    logger:set_primary_config(level, none),
    {ok, Scenarios} = file:consult(In),
    {ok, File} = file:open(Out, [write, raw, delayed_write]),
    %% Who waits waits together.
    {Waiting, Others} = lists:partition(fun waits/1, Scenarios),
    batches(Waiting, File),
    batches(Others, File),
    ok = file:close(File),
    halt(0).

waits(#{steps := Steps}) -> lists:any(fun(#{step := Step}) -> Step =:= wait end, Steps).

batches([], _File) -> ok;
batches(Scenarios, File) ->
    {Batch, Rest} = lists:split(min(?AT_ONCE, length(Scenarios)), Scenarios),
    Self = self(),
    lists:foreach(fun(S) -> spawn_link(fun() -> Self ! {trace, maps:get(seed, S), play(S)} end) end, Batch),
    lists:foreach(
      fun(#{seed := Seed}) ->
              receive {trace, Seed, Lines} ->
                      ok = file:write(File, [io_lib:format("S ~w~n", [Seed]), [[L, $\n] || L <- Lines]])
              end
      end, Batch),
    batches(Rest, File).

%% The driver: parent of the root, and of the workers that nobody supervises.

play(#{root := Root, free := Free, steps := Steps} = Scenario) ->
    process_flag(trap_exit, true),
    Driver = self(),
    Orders = orders(Scenario),
    W = spawn(fun() -> watch(#{driver => Driver, log => [], step => 0, starts => #{}, lives => #{}, last => #{}}) end),
    Began = case Root of
                none -> [];
                _ -> [result(0, started(start_supervisor(W, Root)))]
            end,
    lists:foreach(fun(Spec) -> {ok, _} = gen_server:start(?MODULE, {worker, W, Spec}, []) end, Free),
    settle(W),
    {Results, _} = lists:mapfoldl(
                     fun(Step, N) ->
                             ask(W, {step, N}),
                             Answer = perform(W, Orders, Step),
                             settle(W),
                             {result(N, Answer), N + 1}
                     end, 1, Steps),
    #{log := Log, last := Last} = ask(W, get),
    Final = [[io_lib:format("F ~s ", [Id]), children(Pid, Orders, Id)] || {Id, Pid} <- maps:to_list(Last), is_supervisor(Pid)],
    Lines = Began ++ Results ++ Final ++ trace(lists:reverse(Log), Orders),
    sweep(W),
    [lists:flatten(L) || L <- Lines].

result(N, Answer) -> io_lib:format("R ~w ~s", [N, Answer]).

%% What is left must not disturb the others.
sweep(W) ->
    #{lives := Lives} = ask(W, get),
    [exit(Pid, kill) || Pid <- maps:keys(Lives)],
    exit(W, kill).

settle(W) ->
    Before = ask(W, size),
    #{lives := Lives} = ask(W, get),
    %% A supervisor that is busy answers when it is done, also one that has been replaced.
    [catch supervisor:count_children(Pid) || Pid <- maps:keys(Lives), is_supervisor(Pid)],
    passes(?QUIET_PASSES),
    case ask(W, size) of
        Before -> ok;
        _ -> settle(W)
    end.

passes(0) -> ok;
passes(N) -> erlang:yield(), passes(N - 1).

is_supervisor(Pid) ->
    is_process_alive(Pid) andalso
        case process_info(Pid, dictionary) of
            {dictionary, D} -> proplists:get_value('$initial_call', D) =:= {supervisor, ?MODULE, 1};
            undefined -> false
        end.

perform(W, _, #{step := tell, id := Id, command := #{peer := Peer} = Command}) ->
    #{last := Last} = ask(W, get),
    case {pid(Id, Last), maps:find(Peer, Last), pid(Peer, Last)} of
        {gone, _, _} -> "gone";
        {_, error, _} -> "gone";
        {Pid, {ok, Latest}, gone} when map_get(do, Command) =:= monitor -> tell(Pid, Command#{peer := Latest});
        {_, _, gone} -> "gone";
        {Pid, _, Other} -> tell(Pid, Command#{peer := Other})
    end;
perform(W, _, #{step := tell, id := Id, command := Command}) ->
    alive(W, Id, fun(Pid) -> tell(Pid, Command) end);
perform(W, _, #{step := exit, id := Id, reason := Reason}) ->
    alive(W, Id, fun(Pid) -> exit(Pid, Reason), "ok" end);
perform(W, _, #{step := start_child, id := Id, child := Spec}) ->
    alive(W, Id, fun(Pid) -> started(catch supervisor:start_child(Pid, child(W, Spec))) end);
perform(W, _, #{step := start_pooled, id := Id, child := Child}) ->
    alive(W, Id, fun(Pid) -> started(catch supervisor:start_child(Pid, [Child])) end);
perform(W, _, #{step := restart_child, id := Id, child := Child}) ->
    alive(W, Id, fun(Pid) -> started(catch supervisor:restart_child(Pid, Child)) end);
perform(W, _, #{step := terminate_child, id := Id, child := Child}) ->
    alive(W, Id, fun(Pid) -> done(catch supervisor:terminate_child(Pid, Child)) end);
perform(W, _, #{step := delete_child, id := Id, child := Child}) ->
    alive(W, Id, fun(Pid) -> done(catch supervisor:delete_child(Pid, Child)) end);
perform(W, Orders, #{step := which_children, id := Id}) ->
    alive(W, Id, fun(Pid) -> children(Pid, Orders, Id) end);
perform(W, _, #{step := count_children, id := Id}) ->
    alive(W, Id, fun(Pid) ->
                         C = supervisor:count_children(Pid),
                         io_lib:format("~w/~w/~w/~w", [proplists:get_value(K, C) || K <- [specs, active, supervisors, workers]])
                 end);
perform(_, _, #{step := wait, ms := Ms}) -> timer:sleep(Ms), "ok".

alive(W, Id, Do) ->
    #{last := Last} = ask(W, get),
    case pid(Id, Last) of
        gone -> "gone";
        Pid -> Do(Pid)
    end.

pid(Id, Last) ->
    case maps:find(Id, Last) of
        {ok, Pid} -> case is_process_alive(Pid) of true -> Pid; false -> gone end;
        error -> gone
    end.

tell(Pid, Command) -> gen_server:cast(Pid, Command), "ok".

started({ok, Pid}) when is_pid(Pid) -> "ok";
started({ok, undefined}) -> "ignore";
started({error, Reason}) -> ["error ", canon(Reason)];
started({'EXIT', _}) -> "exit".

done(ok) -> "ok";
done({error, Reason}) -> ["error ", canon(Reason)];
done({'EXIT', _}) -> "exit".

which({'EXIT', _}) -> "exit";
which(Children) -> lists:join(" ", [state(C) || C <- lists:reverse(Children)]).

state({Id, Pid, Type, _}) when is_pid(Pid) -> io_lib:format("~s=up/~s", [Id, Type]);
state({Id, undefined, Type, _}) -> io_lib:format("~s=down/~s", [Id, Type]);
state({Id, restarting, Type, _}) -> io_lib:format("~s=restarting/~s", [Id, Type]).

children(Pid, Orders, Id) ->
    case maps:get(Id, Orders, full) of
        pool -> io_lib:format("~w", [proplists:get_value(active, supervisor:count_children(Pid))]);
        _ -> which(supervisor:which_children(Pid))
    end.

%% The watcher.

watch(#{driver := Driver, log := Log, step := Step, starts := Starts, lives := Lives, last := Last} = S) ->
    receive
        {{started, Id, Parent}, From, Ref} ->
            erlang:monitor(process, From),
            N = maps:get(Id, Starts, 0) + 1,
            Above = maps:get(Parent, Lives, none),
            From ! {Ref, N},
            watch(S#{log := [{start, {Id, N}, Above} | Log], starts := Starts#{Id => N},
                     lives := Lives#{From => {Id, N}}, last := Last#{Id => From}});
        {up, From, Ref} ->
            From ! {Ref, ok},
            watch(S#{log := [{up, maps:get(From, Lives)} | Log]});
        {{ending, Reason}, From, Ref} ->
            From ! {Ref, ok},
            watch(S#{log := [{ending, maps:get(From, Lives), Reason} | Log]});
        {{told, Peer, What}, From, Ref} ->
            From ! {Ref, ok},
            Sender = case Peer of
                         Driver -> driver;
                         _ -> element(1, maps:get(Peer, Lives))
                     end,
            watch(S#{log := [{told, maps:get(From, Lives), Step, Sender, What} | Log]});
        {{step, N}, From, Ref} -> From ! {Ref, ok}, watch(S#{step := N});
        {size, From, Ref} -> From ! {Ref, length(Log)}, watch(S);
        {get, From, Ref} -> From ! {Ref, S}, watch(S);
        {'DOWN', _, process, Pid, Reason} ->
            watch(S#{log := [{exit, maps:get(Pid, Lives), Step, canon(Reason)} | Log]})
    end.

ask(W, Message) ->
    Ref = make_ref(),
    W ! {Message, self(), Ref},
    receive {Ref, Answer} -> Answer end.

%% Traces.

orders(#{root := Root, steps := Steps}) ->
    Added = [C || #{step := start_child, child := C} <- Steps],
    maps:from_list(lists:flatmap(fun orders_of/1, [Root | Added])).

orders_of(#{kind := supervisor, id := Id, strategy := simple_one_for_one}) -> [{Id, pool}];
orders_of(#{kind := supervisor, id := Id, order := Order, children := Children}) ->
    [{Id, Order} | lists:flatmap(fun orders_of/1, Children)];
orders_of(_) -> [].

trace(Log, Orders) ->
    Lives = [{Life, Above} || {start, Life, Above} <- Log],
    Ups = [Life || {up, Life} <- Log],
    Exits = maps:from_list([{Life, {Step, Reason}} || {exit, Life, Step, Reason} <- Log]),
    [life(Life, Log, Exits, Ups) || {Life, _} <- Lives]
        ++ [order(Life, Lives, Log, maps:get(Id, Orders), Ups) || {{Id, _} = Life, _} <- Lives, is_map_key(Id, Orders)]
        ++ messages(Log, Exits).

life({Id, N} = Life, Log, Exits, Ups) ->
    Ending = [[" T:", R] || {ending, L, R} <- Log, L =:= Life],
    End = case maps:find(Life, Exits) of
              {ok, {_, Reason}} -> case is_failed_start(Life, Reason, Ups) of true -> "X:failed"; false -> ["X:", Reason] end;
              error -> "alive"
          end,
    io_lib:format("L ~s ~w~s ~s", [Id, N, Ending, End]).

%% Until its own end: what OTP promises of children afterwards is that they end.
order({Id, N} = Life, Lives, Log, Order, Ups) ->
    Own = [L || {L, Above} <- Lives, Above =:= Life],
    During = lists:takewhile(fun({exit, L, _, _}) -> L =/= Life; (_) -> true end, Log),
    Events = lists:flatmap(
               fun({start, {C, _} = L, _}) -> case lists:member(L, Own) of true -> [[" +", atom_to_list(C)]]; false -> [] end;
                  ({exit, {C, _} = L, _, Reason}) when Order =:= full ->
                       case lists:member(L, Own) andalso not is_failed_start(L, Reason, Ups) of true -> [[" -", atom_to_list(C)]]; false -> [] end;
                  (_) -> []
               end, During),
    io_lib:format("O ~s ~w~s", [Id, N, Events]).

%% A process whose start failed tells its parent before it ends, and the parent goes on, and may be the first to end.
is_failed_start({Id, _} = Life, Reason, Ups) ->
    case hd(atom_to_list(Id)) of
        $s -> lists:prefix("shutdown:failed_to_start_child", lists:flatten(Reason));
        _ -> not lists:member(Life, Ups)
    end.

%% Whether a message that comes in the step of its observer's end is still handled is nobody's promise.
messages(Log, Exits) ->
    Kept = [{L, Sender, What} || {told, L, Step, Sender, What} <- Log,
                                 case maps:find(L, Exits) of {ok, {Step, _}} -> false; _ -> true end],
    Keys = lists:usort([{L, Sender} || {L, Sender, _} <- Kept]),
    [io_lib:format("M ~s ~w ~s~s", [Id, N, Sender, [[" ", W] || {L, S, W} <- Kept, L =:= Life, S =:= Sender]])
     || {{Id, N} = Life, Sender} <- Keys].

canon({shutdown, {failed_to_start_child, Id, Reason}}) ->
    ["shutdown:failed_to_start_child:", atom_to_list(Id), ":", canon(Reason)];
canon({shutdown, What}) -> ["shutdown:", canon(What)];
canon({already_started, _}) -> "already_started";
canon({Reason, Child}) when element(1, Child) =:= child -> canon(Reason);
canon({Reason, Stack}) when is_atom(Reason), is_list(Stack) -> "error";
canon(Reason) when is_atom(Reason) -> atom_to_list(Reason);
canon(Reason) -> io_lib:format("~0p", [Reason]).

%% Supervisors and workers.

start_supervisor(W, Spec) -> supervisor:start_link(?MODULE, {supervisor, W, Spec}).
start_worker(W, Spec) -> gen_server:start_link(?MODULE, {worker, W, Spec}, []).
start_pooled(W, Spec, Id) -> gen_server:start_link(?MODULE, {worker, W, Spec#{id := Id}}, []).

child(W, #{kind := Kind, id := Id, restart := Restart, shutdown := Shutdown, significant := Significant} = Spec) ->
    Start = case Kind of supervisor -> start_supervisor; worker -> start_worker end,
    #{id => Id, start => {?MODULE, Start, [W, Spec]}, restart => Restart, shutdown => Shutdown,
      type => Kind, significant => Significant}.

init({supervisor, W, #{id := Id, strategy := Strategy, auto_shutdown := Auto, intensity := Intensity, period := Period,
                       children := Children}}) ->
    ask(W, {started, Id, parent()}),
    Specs = [child(W, C) || C <- Children],
    Flags = #{strategy => Strategy, intensity => Intensity, period => Period, auto_shutdown => Auto},
    case {Strategy, Specs, Children} of
        {simple_one_for_one, [Spec], [C]} -> {ok, {Flags, [Spec#{start := {?MODULE, start_pooled, [W, C]}}]}};
        _ -> {ok, {Flags, Specs}}
    end;
init({worker, W, #{id := Id, traps := Traps, starts := Starts} = Spec}) ->
    N = ask(W, {started, Id, parent()}),
    process_flag(trap_exit, Traps),
    case N > length(Starts) orelse lists:nth(N, Starts) of
        Ok when Ok =:= true; Ok =:= ok ->
            ask(W, up),
            {ok, #{w => W, spec => Spec, monitors => #{}}};
        stop -> {stop, boom};
        exit -> exit(boom);
        throw -> erlang:error(boom);
        ignore -> ignore
    end.

parent() ->
    case get('$ancestors') of
        [Pid | _] -> Pid;
        _ -> none
    end.

handle_call(_, _, S) -> {reply, ok, S}.

handle_cast(#{do := stop, reason := Reason}, S) -> {stop, Reason, S};
handle_cast(#{do := throw}, _S) -> erlang:error(boom);
handle_cast(#{do := trap, on := On}, S) -> process_flag(trap_exit, On), {noreply, S};
handle_cast(#{do := link, peer := Peer}, S) -> link(Peer), {noreply, S};
handle_cast(#{do := unlink, peer := Peer}, S) -> unlink(Peer), {noreply, S};
handle_cast(#{do := monitor, peer := Peer}, #{monitors := M} = S) ->
    Ref = erlang:monitor(process, Peer),
    {noreply, S#{monitors := M#{Peer => Ref}}};
handle_cast(#{do := demonitor, peer := Peer}, #{monitors := M} = S) ->
    case maps:find(Peer, M) of
        {ok, Ref} -> erlang:demonitor(Ref, [flush]);
        error -> ok
    end,
    {noreply, S#{monitors := maps:remove(Peer, M)}};
handle_cast(#{do := exit, peer := Peer, reason := Reason}, S) -> exit(Peer, Reason), {noreply, S}.

handle_info({'EXIT', From, Reason}, #{w := W} = S) ->
    ask(W, {told, From, ["EXIT:", canon(Reason)]}),
    {noreply, S};
handle_info({'DOWN', _, process, Pid, Reason}, #{w := W} = S) ->
    ask(W, {told, Pid, ["DOWN:", canon(Reason)]}),
    {noreply, S}.

terminate(Reason, #{w := W, spec := #{stop := Stop}}) ->
    ask(W, {ending, canon(Reason)}),
    case Stop of
        ok -> ok;
        crash -> erlang:error(boom);
        hang -> receive never -> ok end
    end;
terminate(_, _) -> ok.
