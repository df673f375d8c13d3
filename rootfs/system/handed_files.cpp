#include "rootfs/system/handed_files.hpp"

#include "rootfs/record/envelope.hpp"

#include <fstream>
#include <iterator>

namespace farboot::rootfs
{

std::string handed_file(const std::filesystem::path& folder, const char* name)
{
    std::ifstream stream(folder / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

Result<RecordHeader> handed_record(const std::filesystem::path& folder)
{
    const auto envelope = Envelope::parse(handed_file(folder, "record.dsse"));
    auto header = envelope ? RecordHeader::parse(envelope->payload) : Result<RecordHeader>(fail("", ""));
    if (!header)
        return fail("handover-malformed", "{} is no record.", (folder / "record.dsse").string());
    return header;
}

} // namespace farboot::rootfs
