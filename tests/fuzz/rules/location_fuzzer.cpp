#include "server/rules/index.hpp"
#include "tests/fuzz/rules/round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace farboot::rules;
    auto location = parsed<Location>(data, size);
    if (!location)
        return 0;
    location->id = 1;
    location->parent.reset();
    Catalog catalog;
    catalog.locations = {*location};
    const auto index = Index::build(std::move(catalog));
    if (!index)
        std::abort();
    // each of its keys leads to it
    Question question;
    const auto check = [&] {
        if (index->decide(question).path.size() != 1)
            std::abort();
        question.pc = {};
    };
    for (const auto& subnet : location->subnets) {
        question.pc.address = subnet.network;
        check();
    }
    for (const auto& mac : location->macs) {
        question.pc.mac = mac;
        check();
    }
    for (const auto& uuid : location->uuids) {
        question.pc.uuid = uuid;
        check();
    }
    for (const auto& fact : location->dhcp) {
        question.pc.dhcp = {fact};
        check();
    }
    return 0;
}
