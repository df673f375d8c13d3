#include "rootfs/image/pack_index.hpp"
#include "rootfs/image/pack_writer.hpp"
#include "tests/unit/rootfs/image/sample.hpp"

namespace farboot::rootfs
{
namespace
{

class Pack : public FolderTest
{
protected:
    Pack()
    {
        PackWriter writer;
        writer.add(sha256(as_bytes("hello")), 5, "hello");
        writer.add(sha256(as_bytes("world!")), 6, "world!");
        pack_ = writer.finish();
    }
    /// Writes a changed pack under a name that fits its bytes.
    Result<PackIndex> verify(const std::string& file) { return verify_pack(put("pack", file), sha256(as_bytes(file))); }

    PackWriter::Pack pack_;
};

TEST_F(Pack, LiesAsTheFormatSays)
{
    EXPECT_EQ(pack_.file.substr(0, 19), "FBPACK01helloworld!");
    EXPECT_EQ(pack_.file.size(), 8U + 11 + 2 * 48 + 16);
    EXPECT_EQ(pack_.file.substr(pack_.file.size() - 8), "FBPKEND1");
    EXPECT_EQ(pack_.ref.digest, sha256(as_bytes(pack_.file)));
    EXPECT_EQ(pack_.ref.bytes, pack_.file.size());
}

TEST_F(Pack, ReadsBackWhatWasWritten)
{
    const auto index = verify(pack_.file);
    ASSERT_TRUE(index) << index.error().sentence;
    EXPECT_EQ(index->rows, pack_.index.rows);
    EXPECT_EQ(read_pack_index(folder_ / "pack")->rows, pack_.index.rows);
}

TEST_F(Pack, RefusesAnotherDigestThanItsName)
{
    auto altered = pack_.file;
    altered[10] = 'X';
    const auto verified = verify_pack(put("pack", altered), pack_.ref.digest);
    ASSERT_EQ(reason(verified), "digest-mismatch");
    EXPECT_NE(verified.error().sentence.find("pack"), std::string::npos) << "names the file";
}

TEST_F(Pack, RefusesAChunkThatIsNotWhatItsIndexSays)
{
    auto altered = pack_.file;
    altered[10] = 'X';
    EXPECT_EQ(reason(verify(altered)), "digest-mismatch");
}

TEST_F(Pack, RefusesAbsurdIndexes)
{
    const auto rows = pack_.file.size() - 16 - 2 * 48;
    const auto changed = [&](std::size_t offset, auto value) {
        auto file = pack_.file;
        overwrite(file, offset, value);
        return reason(verify(file));
    };
    EXPECT_EQ(changed(0, 'X'), "pack-malformed");
    EXPECT_EQ(changed(pack_.file.size() - 1, 'X'), "pack-malformed");
    for (const std::uint64_t count :
         {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{3}, std::uint64_t{1} << 60, ~std::uint64_t{0}})
        EXPECT_EQ(changed(pack_.file.size() - 16, count), "pack-malformed") << count;
    EXPECT_EQ(changed(rows + 32, std::uint64_t{9}), "pack-malformed") << "a gap, and an overlap";
    EXPECT_EQ(changed(rows + 48 + 32, ~std::uint64_t{0}), "pack-malformed");
    EXPECT_EQ(changed(rows + 40, std::uint32_t{0}), "pack-malformed");
    EXPECT_EQ(changed(rows + 40, std::uint32_t{0xffffffff}), "pack-malformed");
    EXPECT_EQ(changed(rows + 44, std::uint32_t{4}), "pack-malformed") << "stored longer than plain";
    EXPECT_EQ(changed(rows + 44, std::uint32_t{256 * 1024 + 1}), "pack-malformed");
}

TEST_F(Pack, RefusesEveryTruncation)
{
    for (std::size_t size = 0; size < pack_.file.size(); ++size) {
        const auto cut = pack_.file.substr(0, size);
        EXPECT_FALSE(verify(cut)) << size;
    }
}

TEST_F(Pack, IsFullBefore32MiB)
{
    PackWriter writer;
    EXPECT_FALSE(writer.is_full_for(100 << 20)) << "a pack has at least one chunk";
    const std::string chunk(256 * 1024, 'x');
    std::size_t count = 0;
    for (; !writer.is_full_for(chunk.size()); ++count)
        writer.add(sha256(as_bytes(std::to_string(count))), static_cast<std::uint32_t>(chunk.size()), chunk);
    EXPECT_EQ(count, 127U);
    EXPECT_LE(writer.finish().file.size(), full_pack_bytes);
    EXPECT_TRUE(writer.empty());
}

} // namespace
} // namespace farboot::rootfs
