"""asyncio: tasks, queues, futures that time out."""
import ending
import asyncio


async def produce(queue, n):
    for i in range(n):
        await queue.put({"i": i, "list": [i]})
    await queue.put(None)


async def consume(queue):
    total = 0
    while (item := await queue.get()) is not None:
        total += item["i"]
        await asyncio.sleep(0)
    return total


async def pair(n):
    queue = asyncio.Queue(maxsize=3)
    return (await asyncio.gather(produce(queue, n), consume(queue)))[1]


async def main():
    print(sum(await asyncio.gather(*(pair(40) for _ in range(150)))))


asyncio.run(main())
