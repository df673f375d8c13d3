#include "rootfs/image/trace.hpp"

#include "tests/unit/rootfs/image/sample.hpp"

namespace farboot::rootfs
{
namespace
{

using std::chrono::microseconds;

Trace sample()
{
    return {sha256(as_bytes("image")),
            1'000'000,
            "QEMU Standard PC",
            "xfce",
            {{microseconds(0), {0, 4096}}, {microseconds(1'234'567), {995'904, 4096}}}};
}

TEST(TraceTest, ReadsBackWhatWasWritten)
{
    EXPECT_EQ(sample().to_text(), "# farboot trace 1\n# manifest " + sample().manifest.hex() +
                                      "\n# image_bytes 1000000\n# hardware QEMU Standard PC\n# session xfce\n"
                                      "t_seconds,offset,length\n0.000000,0,4096\n1.234567,995904,4096\n");
    const auto parsed = Trace::parse(sample().to_text());
    ASSERT_TRUE(parsed) << parsed.error().sentence;
    EXPECT_EQ(*parsed, sample());
}

TEST(TraceTest, RemarksAreAllowed)
{
    auto text = sample().to_text();
    text.insert(text.find("t_seconds"), "# think_scale 0.1\n");
    const auto parsed = Trace::parse(text);
    ASSERT_TRUE(parsed) << parsed.error().sentence;
    EXPECT_EQ(*parsed, sample());
}

TEST(TraceTest, SaysThatNobodyHasReadIt)
{
    auto guess = sample();
    guess.guessed = true;
    const auto parsed = Trace::parse(guess.to_text());
    ASSERT_TRUE(parsed) << parsed.error().sentence;
    EXPECT_EQ(*parsed, guess);
}

TEST(TraceTest, RefusesWhatIsNoTrace)
{
    const auto changed = [](const std::string& what, const std::string& into) {
        auto text = sample().to_text();
        text.replace(text.find(what), what.size(), into);
        return reason(Trace::parse(text));
    };
    EXPECT_EQ(reason(Trace::parse("")), "trace-malformed");
    EXPECT_EQ(changed("trace 1", "trace 2"), "trace-malformed");
    EXPECT_EQ(changed("# manifest", "# mnfst"), "trace-malformed") << "of no image";
    EXPECT_EQ(changed("# image_bytes 1000000", "# image_bytes x"), "trace-malformed");
    EXPECT_EQ(changed("# session xfce", "# session \x1b[2J"), "trace-malformed") << "would reach a terminal";
    EXPECT_EQ(changed("t_seconds", "seconds"), "trace-malformed");
    EXPECT_EQ(changed("995904,4096", "995905,4096"), "trace-malformed") << "beyond the image";
    EXPECT_EQ(changed("995904,4096", "18446744073709551615,2"), "trace-malformed");
    EXPECT_EQ(changed("995904,4096", "5,0"), "trace-malformed");
    EXPECT_EQ(changed("995904,4096", "5"), "trace-malformed");
    EXPECT_EQ(changed("1.234567", "-1"), "trace-malformed");
    EXPECT_EQ(changed("1.234567", "1.2345678"), "trace-malformed");
    EXPECT_EQ(changed("0.000000", "2.0"), "trace-malformed") << "time goes back";
    EXPECT_EQ(changed("1.234567", "99999999"), "trace-malformed");
    EXPECT_EQ(changed("1.234567", "1.2"), "no error");
    EXPECT_EQ(changed("1.234567", "1"), "no error");
}

TEST(TraceTest, SaysWhatIsWrongAndWhere)
{
    auto text = sample().to_text();
    text.replace(text.find("# manifest ") + 11, 64, "desktop");
    const auto parsed = Trace::parse(text);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().sentence,
              "The trace cannot be used: the manifest is no digest of 64 hexadecimal digits (line 2).");
}

TEST(TraceTest, RefusesMoreThanAReaderRecords)
{
    auto trace = sample();
    trace.reads.resize(Trace::most_reads, trace.reads.back());
    EXPECT_EQ(reason(Trace::parse(trace.to_text())), "no error");
    trace.reads.push_back(trace.reads.back());
    EXPECT_EQ(reason(Trace::parse(trace.to_text())), "trace-malformed");
    EXPECT_EQ(reason(Trace::parse(std::string(Trace::most_text_bytes + 1, '\n'))), "trace-malformed");
}

} // namespace
} // namespace farboot::rootfs
