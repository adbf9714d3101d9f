# SPDX-License-Identifier: MIT
"""A server in the test's own process: an asyncio loop in a thread, started and ended by `with`."""
import asyncio
import threading


class LoopThread:
    """Derived classes bring `async def listen(self)` and `async def shut(self)`."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=type(self).__name__, daemon=True)

    def _run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def call(self, coroutine):
        """Runs a coroutine on the loop and gives its result; from any other thread."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(timeout=30)

    def __enter__(self):
        self._thread.start()
        try:
            self.call(self.listen())
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_):
        self.call(self.shut())
        self._end()

    def _end(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


async def end_tasks(tasks):
    """Cancels tasks and waits until they are gone."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
