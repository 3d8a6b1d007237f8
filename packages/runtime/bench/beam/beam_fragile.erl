-module(beam_fragile).
-behaviour(gen_server).
-export([init/1, handle_call/3, handle_cast/2]).

init(Tell) -> Tell ! up, {ok, nil}.
handle_call(_, _From, State) -> {reply, ok, State}.
handle_cast({crash, N}, _State) -> error({crash, N}).
