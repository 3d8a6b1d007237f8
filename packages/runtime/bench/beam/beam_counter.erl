-module(beam_counter).
-behaviour(gen_server).
-export([init/1, handle_call/3, handle_cast/2]).

init(N) -> {ok, N}.
handle_call({add, By}, _From, N) -> {reply, N + By, N + By}.
handle_cast({add, By}, N) -> {noreply, N + By}.
