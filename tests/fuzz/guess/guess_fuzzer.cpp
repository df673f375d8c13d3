#include "text_tree.hpp"

#include "rootfs/guess/loader_guess.hpp"
#include "rootfs/guess/start_guess.hpp"
#include "rootfs/image/trace.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>

/// Whatever the files say, the guess ends, and its ranges lie in the image, each once, no more than a trace may have.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace farboot::rootfs;
    TreeBudget budget;
    const TextTree tree({reinterpret_cast<const char*>(data), size}, budget);
    StartRanges ranges;
    const auto loader = guess_loader(tree, size % 2 == 0 ? Firmware::bios : Firmware::uefi, ranges);
    const auto hardware = size % 3 == 0 ? Hardware::pc : Hardware::virtual_machine;
    // A command line is anybody's text, too.
    const auto units = StartUnits::of({reinterpret_cast<const char*>(data), std::min<std::size_t>(size, 64)});
    const auto start = guess_start(tree, {hardware, size % 2 == 0 ? units : StartUnits{}}, ranges);
    const auto all = ranges.take();
    if (all.size() > Trace::most_reads || all.empty() == (loader || start))
        std::abort();
    std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
    const auto& place = tree.place();
    // Where a mounting system looks for other file systems is counted up to the end of a block of 4 KiB.
    const auto end = (place.length + 4095) / 4096 * 4096;
    for (const auto& [offset, length] : all)
        if (length == 0 || offset >= end || length > end - offset || !seen.emplace(offset, length).second)
            std::abort();
    return 0;
}
