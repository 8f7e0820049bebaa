"""Who follows what: topics, subscriptions, and the one task of each kind that brings what is new to all of them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from aispace.errors import AISpaceError, Conflict
from aispace.identity import Principal
from aispace.platform import Platform

from ..failures import INTERNAL, envelope, public_error
from .kinds import Batch, Item, Kind, make_kinds, split_topic

X = TypeVar("X")
log = logging.getLogger("aispace.stream")

QUEUE_MESSAGES = 64
QUEUE_CHARACTERS = 1_000_000
MOST_SUBSCRIPTIONS = 64
"""Subscriptions of one connection."""
SLOW_SECONDS = 30.0
CLOSE_SLOW = 4408
CLOSE_GONE = 1001


class Connection:
    """What is on its way to one client: a bounded queue and the task that empties it.

    Parameters
    ----------
    principal : Principal
        Who follows.
    send : callable
        Writes one message and returns when the client's side has taken it.
    end : callable
        Closes the connection with a code and a reason.
    """

    def __init__(
        self, principal: Principal, send: Callable[[str], Awaitable[None]], end: Callable[[int, str], None]
    ) -> None:
        self.principal = principal
        self.subscriptions: dict[str, Subscription] = {}
        self._send = send
        self._end = end
        self._queue: deque[str] = deque()
        self._characters = 0
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._writing_since: float | None = None
        self.closed = False
        self._writer = asyncio.create_task(self._write())

    @property
    def ready(self) -> bool:
        """Whether the client keeps up: topics wait for it instead of piling up."""
        return len(self._queue) < QUEUE_MESSAGES and self._characters < QUEUE_CHARACTERS

    async def room(self) -> None:
        """Wait until the client has taken enough."""
        await self._room.wait()

    def push(self, message: str) -> None:
        """Put a message into the queue."""
        if self.closed:
            return
        if len(self._queue) >= 4 * QUEUE_MESSAGES:  # answers to its own commands, which it does not read
            self.end(CLOSE_SLOW, "too slow")
            return
        self._queue.append(message)
        self._characters += len(message)
        self._news.set()
        if not self.ready:
            self._room.clear()

    async def _write(self) -> None:
        while not self.closed:
            await self._news.wait()
            while self._queue and not self.closed:
                message = self._queue.popleft()
                self._characters -= len(message)
                self._writing_since = time.monotonic()
                try:
                    await self._send(message)
                except Exception:  # the client is gone; what failed is of no use to anybody
                    self.end(CLOSE_GONE, "gone")
                    return
                self._writing_since = None
                if self.ready:
                    self._room.set()
            self._news.clear()

    def check(self) -> None:
        """Close a connection whose client takes nothing for too long."""
        if self._writing_since is not None and time.monotonic() - self._writing_since > SLOW_SECONDS:
            self.end(CLOSE_SLOW, "too slow")

    def end(self, code: int, reason: str) -> None:
        """Close the connection."""
        if not self.closed:
            self.stop()
            self._end(code, reason)

    def stop(self) -> None:
        """Forget the client."""
        self.closed = True
        self._queue.clear()
        self._news.set()
        self._room.set()


class Subscription:
    """One topic of one connection."""

    def __init__(self, id: str, topic: Topic, connection: Connection, position: int) -> None:
        self.id = id
        self.topic = topic
        self.connection = connection
        self.position = position
        self.live = False
        self._id_json = json.dumps(id)

    def deliver(self, items: Sequence[Item], position: int, complete: bool) -> None:
        """Bring items; ``position`` is where to resume."""
        self.position = position
        seen = [item for item in items if item.visible_to(self.connection.principal)]
        if not seen and not complete:
            return
        end = ',"complete":true' if complete else ""
        texts = ",".join(item.text for item in seen)
        self.connection.push(f'{{"op":"data","id":{self._id_json},"position":{position},"items":[{texts}]{end}}}')

    def fail(self, error: AISpaceError) -> None:
        """Say why nothing more comes."""
        body = envelope(error, self.connection.principal.request_id or "")["error"]
        self.connection.push(json.dumps({"op": "error", "id": self.id, "error": body}, ensure_ascii=False))


class Topic:
    """A topic that somebody follows; ``head`` is up to where it was read for all."""

    def __init__(self, name: str, key: str, head: Batch) -> None:
        self.name = name
        self.key = key
        self.head = head.next
        self.epoch = head.epoch
        self.complete = head.complete
        self.followers: set[Subscription] = set()


class Runner:
    """All topics of one kind, and the task that asks for news while somebody follows."""

    def __init__(self, kind: Kind, executor: ThreadPoolExecutor) -> None:
        self.kind = kind
        self.executor = executor
        self.topics: dict[str, Topic] = {}
        self._task: asyncio.Task[None] | None = None
        self._catching: set[asyncio.Task[None]] = set()

    async def _in_thread(self, fn: Callable[..., X], *args: object) -> X:
        return await asyncio.get_running_loop().run_in_executor(self.executor, fn, *args)

    async def subscribe(self, connection: Connection, id: str, name: str, key: str, after: int | None) -> Subscription:
        """Follow a topic from a position on, or from now."""
        now = await self._in_thread(self.kind.start, connection.principal, key)
        topic = self.topics.get(key)
        if topic is None or topic.epoch != now.epoch:
            topic = self.topics[key] = Topic(name, key, now)
        elif not topic.followers:
            topic.head = now.next
        position = topic.head if after is None else after
        subscription = Subscription(id, topic, connection, position)
        return subscription

    def follow(self, subscription: Subscription) -> None:
        """Begin to bring items."""
        subscription.topic.followers.add(subscription)
        self._catch_up(subscription)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    def unsubscribe(self, subscription: Subscription) -> None:
        """Follow no more."""
        topic = subscription.topic
        topic.followers.discard(subscription)
        if not topic.followers and self.topics.get(topic.key) is topic:
            del self.topics[topic.key]

    def _catch_up(self, subscription: Subscription) -> None:
        task = asyncio.create_task(self._bring(subscription))
        self._catching.add(task)
        task.add_done_callback(self._catching.discard)

    async def _bring(self, subscription: Subscription) -> None:
        """Bring what lies between the subscription and the head, as fast as the client takes it."""
        topic, connection = subscription.topic, subscription.connection
        try:
            while subscription in topic.followers and not connection.closed:
                if not connection.ready:
                    await connection.room()
                    continue
                if subscription.position >= topic.head:
                    if topic.complete:
                        subscription.deliver((), subscription.position, complete=True)
                    subscription.live = True
                    return
                batch = await self._in_thread(
                    self.kind.read, connection.principal, topic.key, subscription.position, topic.head
                )
                if batch.next <= subscription.position:
                    subscription.position = topic.head  # nothing is to be had there (a file that was cut off)
                    continue
                subscription.deliver(batch.items, batch.next, complete=False)
        except Exception as error:
            self._fail(subscription, error)

    def _fail(self, subscription: Subscription, error: Exception) -> None:
        public = public_error(error)
        if public is None:
            log.error("topic %s failed", subscription.topic.name, exc_info=error)
        subscription.fail(public or INTERNAL)
        self.unsubscribe(subscription)
        subscription.connection.subscriptions.pop(subscription.id, None)

    async def _run(self) -> None:
        while heads := {key: topic.head for key, topic in self.topics.items() if not topic.complete}:
            try:
                news = await self._in_thread(self.kind.poll, heads)
            except Exception:  # whatever it was: it is logged, and the others are still served
                log.exception("asking for news failed; the next try follows")
                await asyncio.sleep(1)
                continue
            for key, batch in news.items():
                topic = self.topics.get(key)
                if topic is not None and topic.head == batch.start:
                    self._distribute(topic, batch)

    def _distribute(self, topic: Topic, batch: Batch) -> None:
        if batch.epoch != topic.epoch:
            error = Conflict("new_attempt", "A new attempt began. Subscribe again from position 0.", params={})
            for follower in list(topic.followers):
                self._fail(follower, error)
            return
        topic.head, topic.complete = batch.next, batch.complete
        for follower in list(topic.followers):
            if not follower.live:
                continue
            if follower.connection.ready and follower.position == batch.start:
                follower.deliver(batch.items, batch.next, batch.complete)
            else:
                follower.live = False
                self._catch_up(follower)

    async def close(self) -> None:
        """End."""
        self.topics.clear()
        self.kind.close()
        if self._task is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await self._task


class StreamHub:
    """All connections and all topics of this process."""

    def __init__(self, platform: Platform) -> None:
        kinds = make_kinds(platform)
        # One thread for each kind to wait in, and a few for catching up.
        self.executor = ThreadPoolExecutor(len(kinds) + 4, thread_name_prefix="aispace-stream")
        self.kinds = kinds
        self.runners = {name: Runner(kind, self.executor) for name, kind in kinds.items()}
        self.connections: set[Connection] = set()
        self._watch: asyncio.Task[None] | None = None

    def add(self, connection: Connection) -> None:
        """Take a new connection."""
        self.connections.add(connection)
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._check())

    def remove(self, connection: Connection) -> None:
        """Forget a connection and what it followed."""
        connection.stop()
        self.connections.discard(connection)
        for id in list(connection.subscriptions):
            self.unsubscribe(connection, id)

    async def subscribe(self, connection: Connection, id: str, topic: str, after: int | None) -> Subscription:
        """Follow a topic; ``Runner.follow`` begins once the client was told.

        Raises
        ------
        AISpaceError
            Too many subscriptions, a used id, an unknown topic, or one that the principal may not follow.
        """
        if id in connection.subscriptions:
            raise Conflict("subscription_exists", f"Not subscribed. The id {id!r} is in use on this connection.")
        if len(connection.subscriptions) >= MOST_SUBSCRIPTIONS:
            raise Conflict(
                "too_many_subscriptions",
                f"Not subscribed. A connection has at most {MOST_SUBSCRIPTIONS} subscriptions. End some first.",
                params={"limit": MOST_SUBSCRIPTIONS},
            )
        name, key = split_topic(topic, self.kinds)
        subscription = await self.runners[name].subscribe(connection, id, topic, key, after)
        connection.subscriptions[id] = subscription
        return subscription

    def follow(self, subscription: Subscription) -> None:
        """Begin to bring items."""
        self.runners[subscription.topic.name.partition("/")[0]].follow(subscription)

    def unsubscribe(self, connection: Connection, id: str) -> None:
        """Follow a topic no more."""
        subscription = connection.subscriptions.pop(id, None)
        if subscription is not None:
            self.runners[subscription.topic.name.partition("/")[0]].unsubscribe(subscription)

    async def _check(self) -> None:
        while self.connections:
            await asyncio.sleep(5)
            for connection in list(self.connections):
                connection.check()

    async def close(self) -> None:
        """Say good-bye to everybody."""
        for connection in list(self.connections):
            connection.end(CLOSE_GONE, "the server is stopping")
        self.connections.clear()
        if self._watch is not None:
            self._watch.cancel()
        for runner in self.runners.values():
            await runner.close()
        self.executor.shutdown(wait=False, cancel_futures=True)
