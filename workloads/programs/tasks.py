"""Coroutines: tasks that hand each other work through queues, and fail now and then."""
import asyncio


async def worker(inbox, outbox):
    while (item := await inbox.get()) is not None:
        try:
            if item % 50 == 0:
                raise ValueError(item)
            await outbox.put({"item": item, "square": item * item})
        except ValueError as error:
            await outbox.put({"error": error})


async def main():
    inbox, outbox = asyncio.Queue(10), asyncio.Queue()
    workers = [asyncio.create_task(worker(inbox, outbox)) for _ in range(8)]
    for i in range(6000):
        await inbox.put(i)
        if i % 10 == 9:
            await asyncio.gather(*(asyncio.sleep(0) for _ in range(5)))
    for _ in workers:
        await inbox.put(None)
    await asyncio.gather(*workers)
    print(outbox.qsize())


asyncio.run(main())
