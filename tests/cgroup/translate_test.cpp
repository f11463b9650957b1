// How limits are spelled in both versions of control groups.
#include "cgroup/translate.hpp"

#include "base/error.hpp"
#include "support/thrown.hpp"

#include <boost/test/unit_test.hpp>
#include <spaces/base.h>

using namespace spaces;

namespace {

std::string text_of(const std::vector<CgroupSetting> &settings) {
    std::string text;
    for (const CgroupSetting &setting : settings) {
        text += setting.file + "=" + setting.value + ";";
    }
    return text;
}

std::string in(CgroupVersion version, const ResourcesSpec &resources) {
    return text_of(translate(wants_of(resources), version));
}

ResourcesSpec unified(std::map<std::string, std::string> keys) {
    ResourcesSpec resources;
    resources.unified = std::move(keys);
    return resources;
}

std::string v1(std::map<std::string, std::string> keys) {
    return in(CgroupVersion::v1, unified(std::move(keys)));
}

Error refused(CgroupVersion version, const ResourcesSpec &resources) {
    try {
        in(version, resources);
    } catch (const Error &error) {
        return error;
    }
    BOOST_FAIL("it is taken");
    return {};
}

} // namespace

BOOST_AUTO_TEST_SUITE(translate_test)

BOOST_AUTO_TEST_CASE(version_2_takes_its_own_names_as_they_are) {
    BOOST_TEST(
        in(CgroupVersion::v2,
           unified({{"memory.high", "32M"}, {"cpu.weight", "50"}, {"io.max", "8:0 rbps=1\n8:16 wbps=2"}})) ==
        "cpu.weight=50;io.max=8:0 rbps=1;io.max=8:16 wbps=2;memory.high=32M;");
}

BOOST_AUTO_TEST_CASE(version_1_gets_the_names_that_it_has) {
    BOOST_TEST(v1({{"memory.max", "64M"}}) == "memory.limit_in_bytes=64M;");
    BOOST_TEST(v1({{"memory.max", "max"}}) == "memory.limit_in_bytes=-1;");
    BOOST_TEST(v1({{"memory.low", "1G"}}) == "memory.soft_limit_in_bytes=1G;");
    BOOST_TEST(v1({{"pids.max", "max"}}) == "pids.max=max;");
    BOOST_TEST(v1({{"cpuset.cpus", "0-1"}, {"cpuset.mems", "0"}}) == "cpuset.cpus=0-1;cpuset.mems=0;");
    BOOST_TEST(v1({{"hugetlb.2MB.max", "max"}}) == "hugetlb.2MB.limit_in_bytes=-1;");
    BOOST_TEST(v1({{"hugetlb.1GB.rsvd.max", "0"}}) == "hugetlb.1GB.rsvd.limit_in_bytes=0;");
    BOOST_TEST(v1({{"rdma.max", "mlx4_0 hca_handle=2"}}) == "rdma.max=mlx4_0 hca_handle=2;");
}

BOOST_AUTO_TEST_CASE(the_period_of_a_processor_limit_comes_before_its_quota) {
    BOOST_TEST(v1({{"cpu.max", "50000 200000"}}) == "cpu.cfs_period_us=200000;cpu.cfs_quota_us=50000;");
    BOOST_TEST(v1({{"cpu.max", "max"}}) == "cpu.cfs_quota_us=-1;");
    BOOST_TEST(v1({{"cpu.max", "20000"}, {"cpu.max.burst", "1000"}}) ==
               "cpu.cfs_quota_us=20000;cpu.cfs_burst_us=1000;");
    BOOST_TEST(refused(CgroupVersion::v1, unified({{"cpu.max", "a lot"}})).code == SPACES_EINVALID);
}

BOOST_AUTO_TEST_CASE(weights_become_shares_and_back) {
    BOOST_TEST(v1({{"cpu.weight", "1"}}) == "cpu.shares=2;");
    BOOST_TEST(v1({{"cpu.weight", "10000"}}) == "cpu.shares=262144;");
    BOOST_TEST(v1({{"cpu.weight", "100"}}) == "cpu.shares=2597;");
    for (const auto &[shares, weight] :
         std::map<uint64_t, std::string>{{2, "1"}, {1024, "39"}, {262144, "10000"}, {1, "1"}}) {
        ResourcesSpec resources;
        resources.cpu.shares = shares;
        BOOST_TEST(in(CgroupVersion::v2, resources) == "cpu.weight=" + weight + ";");
        BOOST_TEST(in(CgroupVersion::v1, resources) == "cpu.shares=" + std::to_string(shares) + ";");
    }
    BOOST_TEST(refused(CgroupVersion::v1, unified({{"cpu.weight", "0"}})).code == SPACES_EINVALID);
}

BOOST_AUTO_TEST_CASE(swap_is_counted_with_memory_in_version_1_and_alone_in_version_2) {
    BOOST_TEST(v1({{"memory.max", "64M"}, {"memory.swap.max", "16M"}}) ==
               "memory.limit_in_bytes=64M;memory.memsw.limit_in_bytes=83886080;");
    BOOST_TEST(v1({{"memory.swap.max", "max"}}) == "memory.memsw.limit_in_bytes=-1;");
    const Error error = refused(CgroupVersion::v1, unified({{"memory.swap.max", "0"}}));
    BOOST_TEST(error.code == SPACES_EUNSUPPORTED);
    BOOST_TEST(error.hint == "set memory.max as well");

    ResourcesSpec resources;
    resources.memory.limit = 100;
    resources.memory.swap = 150;
    BOOST_TEST(in(CgroupVersion::v2, resources) == "memory.max=100;memory.swap.max=50;");
    BOOST_TEST(in(CgroupVersion::v1, resources) ==
               "memory.limit_in_bytes=100;memory.memsw.limit_in_bytes=150;");
    resources.memory.swap = -1;
    BOOST_TEST(in(CgroupVersion::v2, resources) == "memory.max=100;memory.swap.max=max;");
    resources.memory.swap = 50;
    BOOST_TEST(refused(CgroupVersion::v2, resources).code == SPACES_EINVALID);
}

BOOST_AUTO_TEST_CASE(rates_of_devices) {
    BOOST_TEST(v1({{"io.max", "8:0 rbps=1048576 wiops=max"}}) ==
               "blkio.throttle.read_bps_device=8:0 1048576;blkio.throttle.write_iops_device=8:0 0;");
    BOOST_TEST(refused(CgroupVersion::v1, unified({{"io.max", "8:0 speed=1"}})).code == SPACES_EINVALID);
    ResourcesSpec resources;
    resources.block_io.write_bps = {{8, 0, 4096}};
    resources.block_io.read_iops = {{8, 16, 0}};
    BOOST_TEST(in(CgroupVersion::v2, resources) == "io.max=8:0 wbps=4096;io.max=8:16 riops=max;");
    BOOST_TEST(in(CgroupVersion::v1, resources) ==
               "blkio.throttle.write_bps_device=8:0 4096;blkio.throttle.read_iops_device=8:16 0;");
}

BOOST_AUTO_TEST_CASE(weights_of_block_devices_go_where_this_kernel_takes_them) {
    ResourcesSpec resources;
    resources.block_io.weight = 500;
    resources.block_io.weight_device = {{8, 0, 10, {}}};
    const auto in_v2 = translate(wants_of(resources), CgroupVersion::v2);
    BOOST_TEST_REQUIRE(in_v2.size() == 2);
    BOOST_TEST(in_v2[0].file == "io.bfq.weight");
    BOOST_TEST(in_v2[0].other_file == "io.weight");
    BOOST_TEST(in_v2[0].other_value == "default 4950");
    BOOST_TEST(in_v2[1].other_value == "8:0 1");
    const auto in_v1 = translate(wants_of(resources), CgroupVersion::v1);
    BOOST_TEST_REQUIRE(in_v1.size() == 2);
    BOOST_TEST(in_v1[0].file == "blkio.weight");
    BOOST_TEST(in_v1[0].other_file == "blkio.bfq.weight");
    BOOST_TEST(in_v1[1].file == "blkio.weight_device");
    BOOST_TEST(in_v1[1].value == "8:0 10");
    BOOST_TEST(v1({{"io.weight", "default 10000"}}) == "blkio.weight=1000;");
}

BOOST_AUTO_TEST_CASE(what_a_version_has_not_is_refused_by_name) {
    for (const char *key : {"memory.high", "memory.min", "memory.oom.group", "cpu.pressure", "io.latency"}) {
        const Error error = refused(CgroupVersion::v1, unified({{key, "1"}}));
        BOOST_TEST(error.code == SPACES_EUNSUPPORTED);
        BOOST_TEST(error.object == key);
    }
    ResourcesSpec swappy;
    swappy.memory.swappiness = 60;
    BOOST_TEST(refused(CgroupVersion::v2, swappy).object == "linux.resources.memory.swappiness");
    BOOST_TEST(in(CgroupVersion::v1, swappy) == "memory.swappiness=60;");
    ResourcesSpec immortal;
    immortal.memory.disable_oom_killer = true;
    BOOST_TEST(refused(CgroupVersion::v2, immortal).code == SPACES_EUNSUPPORTED);
    immortal.memory.disable_oom_killer = false;
    BOOST_TEST(in(CgroupVersion::v2, immortal) == "");
    ResourcesSpec network;
    network.network.class_id = 1;
    BOOST_TEST(refused(CgroupVersion::v2, network).code == SPACES_EUNSUPPORTED);
    BOOST_TEST(in(CgroupVersion::v1, network) == "net_cls.classid=1;");
}

BOOST_AUTO_TEST_CASE(no_limit_of_oci) {
    ResourcesSpec resources;
    resources.memory.limit = -1;
    resources.pids = -1;
    resources.cpu.quota = -1;
    BOOST_TEST(in(CgroupVersion::v2, resources) == "memory.max=max;cpu.max=max;pids.max=max;");
    BOOST_TEST(in(CgroupVersion::v1, resources) ==
               "memory.limit_in_bytes=-1;cpu.cfs_quota_us=-1;pids.max=max;");
}

BOOST_AUTO_TEST_CASE(bytes_have_the_suffixes_of_the_kernel) {
    const auto bytes = [](const char *text) {
        return bytes_of({"memory", "memory.max", text, "memory.max"});
    };
    BOOST_TEST((bytes("4096") == 4096u));
    BOOST_TEST((bytes("64K") == 65536u));
    BOOST_TEST((bytes("2m") == 2097152u));
    BOOST_TEST((bytes("1G") == 1073741824u));
    BOOST_TEST(!bytes("max").has_value());
    BOOST_CHECK_THROW(bytes("64MB"), Error);
    BOOST_CHECK_THROW(bytes("17179869184G"), Error);
}

BOOST_AUTO_TEST_SUITE_END()
