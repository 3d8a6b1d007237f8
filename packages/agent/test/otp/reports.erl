%% Twelve deaths on Erlang/OTP, and every fact of OTP's own reports of them: one line for each, `scenario, report, process, fact, value`,
%% tabs between. `theirs.ts` reads them. Processes are told by name.
-module(reports).
-export([main/1, log/2, start/1, start_door/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).
-export([callback_mode/0, closed/3]).

main([Out]) ->
    ets:new(names, [named_table, public]),
    Self = self(),
    Collector = spawn_link(fun() -> collect(Self, []) end),
    logger:remove_handler(default),
    logger:set_primary_config(level, all),
    ok = logger:add_handler(reports, ?MODULE, #{config => Collector, level => warning}),
    process_flag(trap_exit, true),
    Lines = [[Line || Line <- play(Scenario, Collector)] || Scenario <- scenarios()],
    ok = file:write_file(Out, Lines),
    halt(0).

scenarios() ->
    [call_error, bad_match_in_cast, exit_in_info, linked_exit, kill, crash_in_init, call_timeout, gives_up, one_for_all,
     rest_for_one, plain_process, state_machine].

play(Scenario, Collector) ->
    ets:delete_all_objects(names),
    %% Nothing of the scenario before is still in the collector.
    ask(Collector, take),
    Sup = start_sup(Scenario),
    run(Scenario),
    quiet(Collector, 0, 100),
    Reports = ask(Collector, take),
    unlink(Sup),
    Ref = monitor(process, Sup),
    exit(Sup, shutdown),
    receive {'DOWN', Ref, process, Sup, _} -> ok end,
    [[line(Scenario, Kind, Subject, Fact, Value) || {Kind, Subject, Facts} <- Reports, {Fact, Value} <- Facts]].

%% All that is told of a death has come when there is something and nothing comes any more; ten seconds at most.
quiet(_, _, 0) -> ok;
quiet(Collector, Before, Left) ->
    timer:sleep(100),
    case ask(Collector, count) of
        Before when Before > 0 -> ok;
        Now -> quiet(Collector, Now, Left - 1)
    end.

%% Until another process has the name.
back(Name, Old) ->
    case whereis(Name) of
        Pid when is_pid(Pid), Pid =/= Old -> ok;
        _ -> timer:sleep(5), back(Name, Old)
    end.

line(Scenario, Kind, Subject, Fact, Value) -> io_lib:format("~s\t~s\t~s\t~s\t~s\n", [Scenario, Kind, Subject, Fact, Value]).

start_sup(Scenario) ->
    {ok, Sup} = supervisor:start_link({local, desk_sup}, ?MODULE, {sup, Scenario}),
    ets:insert(names, {Sup, desk_sup}),
    Sup.

strategy(one_for_all) -> one_for_all;
strategy(rest_for_one) -> rest_for_one;
strategy(_) -> one_for_one.

intensity(gives_up) -> 1;
intensity(_) -> 5.

children(state_machine) -> [door];
children(call_timeout) -> [bank, clerk];
children(one_for_all) -> [bank, clerk];
children(rest_for_one) -> [vault, bank, clerk];
children(plain_process) -> [];
children(crash_in_init) -> [];
children(_) -> [bank].

run(call_error) ->
    spawn(fun() -> named(teller), catch gen_server:call(bank, {pay, 12}) end);
run(bad_match_in_cast) -> gen_server:cast(bank, {post, 3});
run(exit_in_info) ->
    %% What waits in the mailbox is in the report.
    sys:suspend(bank),
    bank ! {tick, 1}, bank ! {tick, 2}, bank ! {tick, 3},
    sys:resume(bank);
run(linked_exit) ->
    gen_server:call(bank, {open_line, 1});
run(kill) -> exit(whereis(bank), kill);
run(crash_in_init) -> {error, _} = supervisor:start_link({local, annex_sup}, ?MODULE, annex);
run(call_timeout) -> gen_server:cast(clerk, {ask, 50});
run(gives_up) ->
    Bank = whereis(bank),
    gen_server:cast(bank, {post, 3}), back(bank, Bank),
    catch gen_server:cast(bank, {post, 4});
run(one_for_all) -> gen_server:cast(bank, {post, 3});
run(rest_for_one) -> gen_server:cast(bank, {post, 3});
run(plain_process) ->
    Pid = proc_lib:spawn(fun() -> named(runner), receive {go, N} -> erlang:error({no_route, N}) end end),
    Pid ! {go, 8};
run(state_machine) ->
    gen_statem:cast(door, {knock, 1}),
    gen_statem:cast(door, {push, 9}).

named(Name) ->
    register(Name, self()),
    ets:insert(names, {self(), Name}).

child(door) -> #{id => door, start => {?MODULE, start_door, []}, shutdown => 5000};
child(Id) -> #{id => Id, start => {?MODULE, start, [Id]}, restart => permanent, shutdown => 2000}.

start(Id) -> gen_server:start_link({local, Id}, ?MODULE, {worker, Id}, []).
start_door() -> gen_statem:start_link({local, door}, ?MODULE, door, []).

init({sup, Scenario}) ->
    {ok, {#{strategy => strategy(Scenario), intensity => intensity(Scenario), period => 5},
          [child(Id) || Id <- children(Scenario)]}};
init(annex) ->
    ets:insert(names, {self(), annex_sup}),
    {ok, {#{}, [child(broken)]}};
init({worker, Id}) ->
    ets:insert(names, {self(), Id}),
    case Id of
        broken -> erlang:error(no_config);
        clerk -> process_flag(trap_exit, true), {ok, #{total => 7}};
        _ -> {ok, #{total => 7}}
    end;
init(door) ->
    ets:insert(names, {self(), door}),
    {ok, closed, #{knocks => 0}}.

handle_call({pay, N}, _From, #{total := T}) when N > T -> erlang:error({insufficient_funds, N});
handle_call({slow, Ms}, _From, S) -> timer:sleep(Ms), {reply, ok, S};
handle_call({open_line, _}, _From, S) ->
    proc_lib:spawn_link(fun() -> named(wire), receive after 20 -> exit(broken_pipe) end end),
    {reply, ok, S}.

handle_cast({post, N}, _S) -> {ok, _} = posted(N), ok;
handle_cast({ask, Ms}, S) -> gen_server:call(bank, {slow, Ms * 3}, Ms), {noreply, S}.

posted(N) -> {error, N}.

handle_info({tick, _}, _S) -> exit(clock_lost).

callback_mode() -> state_functions.

closed(cast, {knock, _}, _) -> {keep_state_and_data, [postpone]};
closed(cast, {push, N}, _) -> erlang:error({jammed, N}).

%% The handler: in the process that reports. What is no report of a death is none of ours.
log(#{msg := {report, #{label := Label} = Report}}, #{config := Collector}) ->
    case facts(Label, Report) of
        none -> ok;
        Facts -> ask(Collector, {add, Facts})
    end;
log(_, _) -> ok.

facts({gen_server, terminate}, R) -> {gen_server, text(maps:get(name, R)), server(maps:to_list(maps:remove(label, R)))};
facts({gen_statem, terminate}, R) -> {gen_statem, text(maps:get(name, R)), server(maps:to_list(maps:remove(label, R)))};
facts({proc_lib, crash}, #{report := [Info, Neighbours]}) ->
    {crash_report, text(proplists:get_value(pid, Info)),
     [crash(F) || F <- Info] ++ [{["neighbour.", atom_to_list(K)], text_of(K, V)} || {neighbour, N} <- Neighbours, {K, V} <- N]};
facts({supervisor, Context}, #{report := R}) when Context =/= progress ->
    Offender = proplists:get_value(offender, R),
    {supervisor_report, text(proplists:get_value(id, Offender)),
     [{K, text_of(K, V)} || {K, V} <- R, K =/= offender] ++ [{["offender.", atom_to_list(K)], text_of(K, V)} || {K, V} <- Offender]};
facts(_, _) -> none.

server(Facts) -> lists:flatmap(fun fact/1, Facts).

fact({reason, {Class, Reason, Stack}}) when is_list(Stack), is_atom(Class) ->
    [{"reason", tag(Reason)}, {"reason.class", atom_to_list(Class)}, {"stacktrace", stack(Stack)}];
fact({reason, {Reason, Stack}}) when is_list(Stack) -> [{"reason", tag(Reason)}, {"stacktrace", stack(Stack)}];
fact({reason, Reason}) -> [{"reason", tag(Reason)}];
fact({client_info, undefined}) -> [{"client", ""}];
fact({client_info, {Pid, {_, Stack}}}) when is_list(Stack) -> [{"client", text(Pid)}, {"client.stacktrace", stack(Stack)}];
fact({client_info, {Pid, What}}) -> [{"client", text(Pid)}, {"client.state", text(What)}];
fact({last_message, M}) -> [{"last_message", message(M)}];
fact({queue, [{_, M} | _] = Q}) -> [{"queue", message(M)}, {"queue.length", integer_to_list(length(Q))}];
fact({postponed, P}) -> [{"postponed", lists:join(", ", [message(M) || {_, M} <- P])}];
fact({state, {Name, Data}}) when is_atom(Name) -> [{"state", text(Name)}, {"data", text(Data)}];
fact({timeouts, {N, _}}) -> [{"timeouts", integer_to_list(N)}];
fact({K, V}) -> [{atom_to_list(K), text_of(K, V)}].

crash({error_info, {Class, Reason, Stack}}) -> {"error_info", [tag(Reason), " ", atom_to_list(Class), " ", stack(Stack)]};
crash({messages, Ms}) -> {"messages", lists:join(", ", [message(M) || M <- Ms])};
crash({K, V}) -> {atom_to_list(K), text_of(K, V)}.

text_of(reason, V) -> tag(V);
text_of(stacktrace, V) -> stack(V);
text_of(current_stacktrace, V) -> stack(V);
text_of(current_function, {M, F, _}) -> [text(M), ":", text(F)];
text_of(supervisor, {local, Name}) -> text(Name);
text_of(mfargs, {M, F, undefined}) -> [text(M), ":", text(F)];
text_of(mfargs, {M, F, A}) -> [text(M), ":", text(F), " ", lists:join(" ", [text(X) || X <- A])];
text_of(initial_call, {M, F, _}) -> [text(M), ":", text(F)];
text_of(K, Pids) when K =:= links; K =:= ancestors -> lists:join(" ", lists:sort([lists:flatten(text(P)) || P <- Pids, is_process(P)]));
text_of(_, V) -> text(V).

%% The node's own process that plays the scenarios has no name.
is_process(P) when is_pid(P) -> ets:member(names, P);
is_process(P) -> is_atom(P).

%% The topmost function of ours.
stack(Stack) ->
    case [F || {?MODULE, F, _, _} <- Stack] of
        [F | _] -> atom_to_list(F);
        [] -> ""
    end.

tag({shutdown, {failed_to_start_child, _, _}}) -> "shutdown";
tag({Reason, Stack}) when is_list(Stack) -> tag(Reason);
tag(Reason) when is_tuple(Reason) -> tag(element(1, Reason));
tag(Reason) -> text(Reason).

message({'$gen_cast', M}) -> message(M);
message({'$gen_call', _, M}) -> message(M);
message({cast, M}) -> message(M);
message({_Tag, _N} = M) -> lists:join(" ", [text(X) || X <- tuple_to_list(M)]);
message(M) -> text(M).

text(Pid) when is_pid(Pid) ->
    case ets:lookup(names, Pid) of
        [{_, Name}] -> atom_to_list(Name);
        [] -> "a process"
    end;
text(Map) when is_map(Map) -> lists:join(" ", [[text(K), "=", text(V)] || {K, V} <- lists:sort(maps:to_list(Map))]);
text([]) -> "";
text(Atom) when is_atom(Atom) -> atom_to_list(Atom);
text(Other) -> io_lib:format("~0p", [Other]).

collect(Main, Reports) ->
    receive
        {From, take} -> From ! {self(), lists:reverse(Reports)}, collect(Main, []);
        {From, count} -> From ! {self(), length(Reports)}, collect(Main, Reports);
        {From, {add, Facts}} -> From ! {self(), ok}, collect(Main, [Facts | Reports])
    end.

ask(Collector, What) ->
    Collector ! {self(), What},
    receive {Collector, Answer} -> Answer end.
