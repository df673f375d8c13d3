#include "rootfs/record/record.hpp"

#include "tests/fuzz/record/round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace farboot::rootfs;
    auto text = text_of(data, size);
    check_round_trip<BootRecord>(text);
    check_round_trip<VmRecord>(text);
    check_round_trip<GuiRecord>(text);
    // who finds an image in a record must find a good header in it, too
    if (image_of(text) && !RecordHeader::parse(text))
        std::abort();
    return 0;
}
