#include "rootfs/image/record_needs.hpp"

#include "rootfs/record/envelope.hpp"
#include "rootfs/record/record.hpp"
#include "tests/unit/rootfs/image/sample.hpp"

namespace farboot::rootfs
{
namespace
{

class RecordNeedsTest : public FolderTest
{
protected:
    static Digest digest(std::string_view text) { return sha256(as_bytes(text)); }
    static ImageRef image(std::string_view name) { return {digest(name), 80, 1000}; }
    template <class Record>
    std::string put_record(const std::string& name, Record record)
    {
        Envelope envelope{payload_type_of(record.header.name.type), record.to_json(), {}};
        envelope.sign(SigningKey::generate());
        std::filesystem::create_directories((folder_ / name).parent_path());
        return put(name, envelope.to_json()).string();
    }
};

TEST_F(RecordNeedsTest, AreImagesAndFilesOfAllRecords)
{
    BootRecord boot{{{"boot", "desktop"}, 1},
                    "Desktop",
                    {digest("kernel"), 5},
                    {{digest("initrd"), 6}},
                    "quiet",
                    image("root"),
                    {},
                    0};
    const auto boot_file = put_record("boot.dsse", boot);
    boot.image.reset();
    boot.kernel.digest = digest("rescue");
    put_record("old/rescue.dsse", boot);
    const auto vm_file = put_record("deep/er/vm.dsse", VmRecord{{{"vm", "tiny"}, 1}, "Tiny", image("disk"), {}});
    put_record("gui.dsse", GuiRecord{{{"gui", "standard"}, 1}, "Menu", image("gui")});
    put("notes.txt", "not a record");
    const auto needs = read_record_needs(folder_);
    ASSERT_TRUE(needs) << needs.error().sentence;
    EXPECT_EQ(needs->images.size(), 3U);
    EXPECT_EQ(needs->images.at(digest("root")), boot_file);
    EXPECT_EQ(needs->images.at(digest("disk")), vm_file);
    EXPECT_TRUE(needs->images.contains(digest("gui")));
    EXPECT_EQ(needs->files.size(), 3U);
    EXPECT_EQ(needs->files.at(digest("initrd")), boot_file);
    EXPECT_TRUE(needs->files.contains(digest("rescue")));
}

TEST_F(RecordNeedsTest, AreNotKnownIfARecordCannotBeRead)
{
    EXPECT_TRUE(read_record_needs(folder_)->images.empty());
    put("half.dsse", "{\"payloadType\":");
    const auto needs = read_record_needs(folder_);
    ASSERT_EQ(needs ? "" : needs.error().reason, "record-unreadable");
    EXPECT_NE(needs.error().sentence.find("half.dsse"), std::string::npos);
    const auto none = read_record_needs(folder_ / "none");
    EXPECT_EQ(none ? "" : none.error().reason, "not-found");
}

} // namespace
} // namespace farboot::rootfs
