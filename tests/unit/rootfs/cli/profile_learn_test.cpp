#include "rootfs/cli/qemu_reads.hpp"
#include "tests/unit/rootfs/cli/program.hpp"

namespace farboot::rootfs
{
namespace
{

using namespace std::chrono_literals;
using testing::HasSubstr;

/// A disk whose first sector is a program for a PC: it reads one other sector, says "ready" on the serial port, and
/// stops.
std::string disk_that_reads(std::uint32_t sector)
{
    std::string disk(4'000'000, '\0');
    for (std::size_t i = 512; i < disk.size(); ++i)
        disk[i] = static_cast<char>(i * 2'654'435'761U >> 13);
    const unsigned char program[] = {0x31,
                                     0xc0, // xor ax, ax
                                     0x8e,
                                     0xd8, // mov ds, ax
                                     0x8e,
                                     0xd0, // mov ss, ax
                                     0xbc,
                                     0x00,
                                     0x7c, // mov sp, 0x7c00
                                     0xbe,
                                     0x2d,
                                     0x7c, // mov si, packet
                                     0xb4,
                                     0x42, // mov ah, 0x42: extended read
                                     0xcd,
                                     0x13, // int 0x13
                                     0xbe,
                                     0x3d,
                                     0x7c, // mov si, text
                                     0xba,
                                     0xf8,
                                     0x03, // mov dx, 0x3f8
                                     0xac, // next: lodsb
                                     0x08,
                                     0xc0, // or al, al
                                     0x74,
                                     0x03, // jz stop
                                     0xee, // out dx, al
                                     0xeb,
                                     0xf8, // jmp next
                                     0xf4, // stop: hlt
                                     0xeb,
                                     0xfd, // jmp stop
                                     0,
                                     0,
                                     0,
                                     0,
                                     0,
                                     0, // to 45
                                     0,
                                     0,
                                     0,
                                     0,
                                     0,
                                     0, //
                                     0x10,
                                     0,
                                     1,
                                     0, // packet: its size, one sector
                                     0x00,
                                     0x80,
                                     0,
                                     0, // to 0x8000
                                     static_cast<unsigned char>(sector),
                                     static_cast<unsigned char>(sector >> 8),
                                     static_cast<unsigned char>(sector >> 16),
                                     0,
                                     0,
                                     0,
                                     0,
                                     0, //
                                     'r',
                                     'e',
                                     'a',
                                     'd',
                                     'y',
                                     '\n',
                                     0};
    std::copy(std::begin(program), std::end(program), disk.begin());
    disk[510] = '\x55';
    disk[511] = '\xaa';
    return disk;
}

class LearnCommand : public CliTest
{
protected:
    void SetUp() override
    {
        CliTest::SetUp();
        make_keys();
    }
    void publish(const std::string& image)
    {
        put("disk", image);
        digest_ =
            good_json({"publish", "vm", "--store", "store", "--series", "reader", "--number", "1", "--title", "T",
                       "--image", "disk", "--key", "publisher.pem", "-o", "vm.dsse", "--json"})["image"]["manifest"];
    }
    nlohmann::json show() { return good_json({"profile", "show", digest_, "--store", "store", "--json"}); }

    std::string digest_;
};

TEST_F(LearnCommand, AVirtualMachineGivesItsDiskAProfile)
{
    constexpr std::uint32_t sector = 6000;
    publish(disk_that_reads(sector));
    EXPECT_EQ(show()["chunks"], 0);
    const auto learnt = good_json({"profile", "learn", "vm.dsse", "--store", "store", "--scratch", ".", "--memory",
                                   "128", "--until", "ready", "--trace", "trace.csv", "--json"});
    EXPECT_EQ(learnt["manifest"], digest_);
    const auto trace = Trace::parse(get("trace.csv"));
    ASSERT_TRUE(trace) << trace.error().sentence;
    const auto reads_of = [&](std::uint64_t offset) {
        return std::ranges::count_if(trace->reads, [&](const auto& read) {
            return read.range.offset <= offset && offset < read.range.offset + read.range.length;
        });
    };
    EXPECT_EQ(reads_of(0), 1) << "the firmware reads it more than once";
    EXPECT_EQ(reads_of(sector * 512), 1);
    EXPECT_EQ(reads_of(2'000'000), 0);
    const auto shown = show();
    EXPECT_GE(shown["chunks"], 3) << "two chunks, and the page that describes them";
    EXPECT_LT(shown["plain_bytes"], 1'000'000);
}

TEST_F(LearnCommand, AMachineThatDoesNothingMoreIsDoneWhenItIsQuiet)
{
    publish(disk_that_reads(3000));
    const auto learnt = good_json({"profile", "learn", "vm.dsse", "--store", "store", "--scratch", ".", "--memory",
                                   "128", "--quiet", "3", "--json"});
    EXPECT_GE(learnt["reads"], 1);
}

TEST_F(LearnCommand, PublishingMayTryAMachineOut)
{
    publish(disk_that_reads(6000));
    const auto again =
        good_json({"publish", "vm", "--store", "store", "--series", "reader", "--number", "2", "--title", "T",
                   "--image", digest_, "--key", "publisher.pem", "-o", "two.dsse", "--profile", "trial", "--json"});
    EXPECT_EQ(again["image"]["manifest"], digest_);
    EXPECT_GE(show()["chunks"], 3);
}

TEST_F(LearnCommand, SaysWhatIsWrong)
{
    publish(disk_that_reads(1));
    const auto bad = [&](std::vector<std::string> words) {
        const auto outcome = run(words);
        EXPECT_EQ(outcome.code, 1);
        return outcome.err;
    };
    EXPECT_THAT(bad({"profile", "learn", "none.dsse", "--store", "store"}), HasSubstr("none.dsse"));
    EXPECT_THAT(bad({"profile", "learn", "vm.dsse", "--store", "elsewhere"}), HasSubstr("elsewhere"));
    EXPECT_THAT(bad({"profile", "learn", "vm.dsse", "--store", "store", "--scratch", "/nowhere"}),
                HasSubstr("/nowhere"));
    EXPECT_EQ(show()["chunks"], 0);
}

TEST(QemuReadsTest, KeepsWhatIsReadForTheFirstTime)
{
    QemuReads reads(100'000);
    reads.take("qemu: a warning @1.5:blk_co_preadv of somebody else\n"
               "77@1700000000.000100:blk_co_preadv blk 0x55 bs 0x66 offset 8192 bytes 4096 flags 0x0\n"
               "77@1700000000.500100:blk_co_preadv blk 0x55 bs 0x66 offset 8192 bytes 512 flags 0x0\n"
               "77@1700000001.000100:blk_co_preadv blk 0x55 bs 0x66 offs");
    EXPECT_EQ(reads.reads(), (std::vector<Trace::Read>{{0us, {8192, 4096}}}));
    EXPECT_EQ(reads.bytes(), 4096);
    reads.take("et 8192 bytes 8192 flags 0x0\n"
               "77@1699999999.000000:blk_co_preadv blk 0x55 bs 0x66 offset 98304 bytes 4096 flags 0x0\n"
               "77@1700000002.000000:blk_co_preadv blk 0x55 bs 0x66 offset 100000 bytes 512 flags 0x0\n"
               "77@1700000002.000000:blk_co_preadv blk 0x55 bs 0x66 offset 0 bytes 0 flags 0x0\n");
    EXPECT_EQ(reads.reads(), (std::vector<Trace::Read>{{0us, {8192, 4096}}, {1s, {8192, 8192}}, {1s, {98304, 1696}}}))
        << "never back in time, never beyond the image";
}

} // namespace
} // namespace farboot::rootfs
