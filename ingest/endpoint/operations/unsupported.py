"""Names the operations of the service that Millrace does not have; each is answered as unsupported, by its name."""

NAMES = frozenset(
    """
    AcknowledgeDeadLetterQueueRecords AcknowledgeQueueRecords CreateChannel CreateQueue DeleteChannel DeleteQueue
    DeleteResourcePolicy DescribeAccountSettings DescribeChannel DescribeQueue DisableEnhancedMonitoring
    EnableEnhancedMonitoring GetResourcePolicy ListChannels ListQueues PutResourcePolicy ReceiveDeadLetterQueueRecords
    ReceiveQueueRecords RestoreDeadLetterQueueRecords StartStreamEncryption StopStreamEncryption UpdateAccountSettings
    UpdateChannel UpdateDeadLetterQueueRecordsVisibility UpdateQueue UpdateQueueRecordsVisibility UpdateStreamMode
    UpdateStreamRecordDistributionStrategy UpdateStreamWarmThroughput
    """.split()
)
